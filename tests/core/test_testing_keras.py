"""The checks that train see the same faults in Keras models as in Lightning modules."""

import re

import numpy as np
import pytest
from toys import KerasLine, Points
from trials import problems

from itwinai_core import DataSplits
from itwinai_core.testing.contract import NotCheckedError
from itwinai_core.testing.fitting import one_batch_fit
from itwinai_core.testing.learning import overfit_one_batch
from itwinai_core.testing.replicas import two_replicas
from itwinai_core.testing.resuming import resume


def net(*layers, optimiser=None, loss="mse"):
    """Return the toy on Keras with other layers between its input and its head."""

    class Net(KerasLine):
        def build_model(self, run):
            import keras

            inner = [layer(keras) for layer in layers]
            model = keras.Sequential([keras.Input((1,)), *inner, keras.layers.Dense(1)])
            rate = keras.optimizers.Adam(0.05) if optimiser is None else optimiser(keras)
            model.compile(rate, loss(keras) if callable(loss) else loss, jit_compile=False)
            return model

        def assess(self, run, model, data, folder):
            return {}

    return Net()


def dense(keras):
    return keras.layers.Dense(8, activation="tanh")


@pytest.mark.parametrize(
    ("use_case", "said"),
    [
        (net(dense, lambda keras: keras.layers.BatchNormalization()), r"\(BatchNormalization\) normalise.*GroupNormal"),
        (net(dense, lambda keras: keras.layers.BatchNormalization(synchronized=True)), "^$"),
        (net(dense, loss=lambda keras: keras.losses.MeanSquaredError(reduction="sum")), "a sum over the batch"),
        (net(dense, lambda keras: keras.layers.LayerNormalization()), "^$"),
        (net(dense, lambda keras: keras.layers.GroupNormalization(2)), "^$"),
        (net(dense, lambda keras: keras.layers.Dropout(0.5)), "^$"),
        (net(dense, lambda keras: keras.layers.GaussianNoise(0.5)), "^$"),
        (net(lambda keras: keras.layers.Reshape((1, 1)), lambda keras: keras.layers.LSTM(4, dropout=0.5)), "^$"),
    ],
    ids=["batch norm", "synchronised", "sum", "layer norm", "group norm", "dropout", "noise", "recurrent dropout"],
)
def test_two_replicas(trial_of, use_case, said):
    assert re.search(said, problems(two_replicas(trial_of(use_case))))


def test_a_layer_that_draws_by_itself_is_not_judged(trial_of):
    def own(keras):
        class Own(keras.layers.Layer):
            def __init__(self):
                super().__init__()
                self.draws = keras.random.SeedGenerator(1)

            def call(self, inputs):
                return inputs + keras.random.normal(keras.ops.shape(inputs), seed=self.draws)

        return Own()

    with pytest.raises(NotCheckedError, match="draws at random"):
        two_replicas(trial_of(net(own)))


@pytest.mark.parametrize(
    ("use_case", "said"),
    [
        (net(dense), "^$"),
        (net(dense, lambda keras: keras.layers.Dropout(0.3)), "^$"),
        (net(dense, optimiser=lambda keras: keras.optimizers.SGD(1e-9)), "loss does not fall"),
        (net(lambda keras: keras.layers.Rescaling(0.0)), "does not look at its inputs"),
    ],
    ids=["good", "dropout", "tiny rate", "deaf"],
)
def test_one_batch_by_heart(trial_of, use_case, said):
    assert re.search(said, problems(overfit_one_batch(trial_of(use_case))))


def decaying(keras):
    """Return a rate that falls with the updates that Keras itself counts."""
    return keras.optimizers.Adam(keras.optimizers.schedules.ExponentialDecay(0.1, 2, 0.5))


class Forgetful:
    """A schedule that counts for itself."""

    def __new__(cls, keras):
        class Counting(keras.optimizers.SGD):
            updates = 0

            def apply_gradients(self, pairs):
                self.updates += 1
                self.learning_rate = 0.1 / self.updates
                return super().apply_gradients(pairs)

        return Counting(0.1)


def eager(use_case):
    """Return a use case whose model is run step by step, so that Python counts along."""
    build = use_case.build_model

    def build_model(run):
        model = build(run)
        model.run_eagerly = True
        return model

    use_case.build_model = build_model
    return use_case


@pytest.mark.parametrize(
    ("use_case", "said"),
    [
        (net(dense, lambda keras: keras.layers.Dropout(0.5), optimiser=decaying), "^$"),
        (eager(net(dense, optimiser=Forgetful)), "resumed after an epoch ends elsewhere"),
    ],
    ids=["counted by Keras", "counted by itself"],
)
def test_a_resumed_fit(trial_of, use_case, said):
    trial = trial_of(use_case)
    assert one_batch_fit(trial) == []
    assert re.search(said, problems(resume(trial)))


class Worded(KerasLine):
    """A net of two inputs, by name."""

    def build_data(self, run):
        class Pairs(Points):
            def __getitem__(self, index):
                x, y = super().__getitem__(index)
                return {"left": x, "right": x * 2}, y

            def __getitems__(self, indices):
                x, y = super().__getitems__(np.asarray(indices))
                return {"left": x, "right": x * 2}, y

        return DataSplits(Pairs(2.0, 40), Pairs(2.0, 10))

    def build_model(self, run):
        import keras

        inputs = {name: keras.Input((1,), name=name) for name in ("left", "right")}
        model = keras.Model(inputs, keras.layers.Dense(1)(keras.layers.Concatenate()([*inputs.values()])))
        model.compile(keras.optimizers.Adam(0.1), "mse", jit_compile=False)
        return model

    def assess(self, run, model, data, folder):
        return {}


def test_inputs_by_name_are_as_good_as_one(trial_of):
    trial = trial_of(Worded())
    assert one_batch_fit(trial) == []
    assert two_replicas(trial) == []
    assert overfit_one_batch(trial) == []
