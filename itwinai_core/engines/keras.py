"""Drives Keras 3, on whichever back end ``KERAS_BACKEND`` names: fit, load, evaluate."""

from __future__ import annotations

import os
import warnings
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
# TensorFlow tells at length what it does not find; its exceptions still show.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from itwinai_core.engines.quiet import muted_stderr

with muted_stderr():
    import keras

from itwinai_core.engines.contract import FitJob, FitOutcome, Lesson, Weight
from itwinai_core.engines.interrupt import StopRequest
from itwinai_core.engines.keras_gradients import layers, lessons
from itwinai_core.engines.progress import FitProgress
from itwinai_core.engines.watch import Watch
from itwinai_core.errors import FitInterruptedError, RunError
from itwinai_core.order import epoch_batches, gather, gather_augmented

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from itwinai_core.config import RunConfig
    from itwinai_core.sources import Source
    from itwinai_core.use_case import UseCase

_DRAWS = 2**20
"""Draws of one layer between the starts of two epochs; there are fewer updates in one."""

_PRECISION = {"float32": "float32", "bfloat16": "mixed_bfloat16"}


class KerasEngine:
    """Trains a compiled `keras.Model` with its own ``fit``."""

    packages = ("keras", keras.backend.backend())
    suffix = ".keras"

    def build(self, use_case: UseCase[Any], run: RunConfig[Any], train: Source) -> keras.Model:
        """Return the untrained model, adapted to its training part."""
        keras.utils.set_random_seed(run.seed)
        with _precision(run):
            model: keras.Model = use_case.build_model(run)
            use_case.adapt(run, model, train)
        return model

    def fit(self, job: FitJob) -> FitOutcome:
        """Train; write ``best.keras`` and ``last.keras``."""
        run, data = job.run, job.data
        strategy = job.strategy.build(run.strategy)
        with strategy.scope() if strategy else nullcontext():
            model = self.build(job.use_case, run, data.train)
        outcome = FitOutcome(parameters=sum(int(keras.ops.size(weights)) for weights in model.trainable_weights))
        train = _Batches(data.train, run, training=True)
        if job.resume:
            # An optimiser without its variables would be loaded as if it had never made an update.
            model.optimizer.build(model.trainable_variables)
            model.load_weights(job.resume)
        done = int(model.optimizer.iterations.numpy()) // len(train)
        with StopRequest() as stop, FitProgress(run.fit.epochs, len(train)) as progress:
            model.fit(
                train,
                validation_data=_Batches(data.validation, run),
                epochs=run.fit.epochs,
                initial_epoch=done,
                callbacks=[_Order(train), _Follower(job, outcome, stop, progress)],
                shuffle=False,
                verbose=0,
            )
        return outcome

    def load(self, use_case: UseCase[Any], run: RunConfig[Any], checkpoint: Path) -> keras.Model:
        """Return the model of a checkpoint: built anew, weights loaded strictly, nothing in the file is run."""
        with _precision(run):
            model: keras.Model = use_case.build_model(run)
        try:
            with warnings.catch_warnings():
                # The state of the optimiser is left aside on purpose.
                warnings.filterwarnings("ignore", message="Skipping variable loading for optimizer")
                model.load_weights(checkpoint)
        except Exception as error:
            raise RunError(
                f"The checkpoint {checkpoint} cannot be loaded: {str(error).splitlines()[0]}\n"
                "It is broken, or of another model than its run.yaml describes."
            ) from error
        return model

    def evaluate(self, run: RunConfig[Any], model: keras.Model, source: Source) -> dict[str, float]:
        """Return the compiled loss and metrics over a source, named ``test/…``."""
        keras.utils.set_random_seed(run.seed)
        results = model.evaluate(_Batches(source, run), verbose=0, return_dict=True)
        return {f"test/{name}": float(value) for name, value in results.items()}

    def weights(self, model: keras.Model) -> list[Weight]:
        """Return copies of the model's weights, those that are not trained included."""
        learnt = {id(variable) for variable in model.trainable_weights}
        return [Weight(variable.path, variable.numpy().copy(), id(variable) in learnt) for variable in model.weights]

    def lessons(self, job: FitJob, batches: Sequence[Sequence[int]]) -> list[Lesson]:
        """Return the compiled loss over these batches and its gradients, at the untrained weights."""
        model = self.build(job.use_case, job.run, job.data.train)
        return lessons(model, (gather(job.data.train, batch) for batch in batches))

    def batch_norms(self, model: keras.Model) -> list[str]:
        """Return the model's layers that normalise a batch by itself; those that ask all replicas may."""
        kind = keras.layers.BatchNormalization
        mixing = [one for one in layers(model) if isinstance(one, kind) and one.trainable and not one.synchronized]
        return [f"{one.name} ({type(one).__name__})" for one in mixing]

    def restless(self, run: RunConfig[Any], model: keras.Model, source: Source) -> list[str]:  # noqa: ARG002 - Keras needs none
        """Return nothing: Keras tells its layers at each call whether they train."""
        return []

    def lost_weights(self, model: keras.Model) -> list[str]:  # noqa: ARG002 - Keras finds all of them
        """Return nothing: Keras follows layers into lists and dictionaries."""
        return []


class _Batches(keras.utils.PyDataset):  # type: ignore[misc]  # Keras ships no types
    """A source in the core's order, as Keras asks for it: batch by batch."""

    def __init__(self, source: Source, run: RunConfig[Any], *, training: bool = False) -> None:
        super().__init__()
        self._source, self._run, self._training = source, run, training
        self.start_epoch(0)

    def start_epoch(self, epoch: int) -> None:
        """Take the order of this epoch, counted from 0."""
        run = self._run
        shuffle = self._training and run.fit.shuffle
        self._epoch = epoch
        self._order = epoch_batches(len(self._source), run.fit.batch_size, seed=run.seed, epoch=epoch, shuffle=shuffle)

    def __len__(self) -> int:
        return len(self._order)

    def __getitem__(self, index: int) -> Any:
        if self._training:
            return gather_augmented(self._source, self._order[index], seed=self._run.seed, epoch=self._epoch)
        return gather(self._source, self._order[index])


class _Order(keras.callbacks.Callback):  # type: ignore[misc]  # Keras ships no types
    """Tells the training batches which epoch it is: Keras's own signals to a `PyDataset` do not count epochs.

    Layers that draw at random start each epoch at a place of its own in their stream, so that a resumed run, whose
    checkpoint does not hold that place, draws the same.
    """

    def __init__(self, batches: _Batches) -> None:
        super().__init__()
        self._batches = batches

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:  # noqa: ARG002 - Keras's
        """Put the samples into the order of this epoch, and the streams of chance to its start."""
        self._batches.start_epoch(epoch)
        for variable in self.model.non_trainable_variables:
            if variable.name == "seed_generator_state":
                variable.assign([int(variable.numpy()[0]), epoch * _DRAWS % 2**31])


class _Follower(keras.callbacks.Callback):  # type: ignore[misc]  # Keras ships no types
    """Metrics, progress, checkpoints and the end of a fit."""

    def __init__(self, job: FitJob, outcome: FitOutcome, stop: StopRequest, progress: FitProgress) -> None:
        super().__init__()
        self._job, self._outcome, self._stop, self._progress = job, outcome, stop, progress
        self._watch = Watch(job.run.fit)

    def on_train_batch_end(self, batch: int, logs: Mapping[str, float] | None = None) -> None:  # noqa: ARG002 - Keras's
        """Move the bar, and stop where the user asked to."""
        self._progress.batch_done()
        self._stop_if_asked()

    def on_test_batch_end(self, batch: int, logs: Mapping[str, float] | None = None) -> None:  # noqa: ARG002
        """Stop where the user asked to."""
        self._stop_if_asked()

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        """Write metrics and checkpoints, and decide whether to go on."""
        epoch += 1
        metrics = dict(sorted((_our_name(name), float(value)) for name, value in (logs or {}).items()))
        best = self._watch.update(epoch, metrics)
        self._outcome.epochs, self._outcome.best_epoch = epoch, self._watch.best_epoch
        self._job.on_epoch(metrics, epoch, int(self.model.optimizer.iterations.numpy()))
        if best:
            self._outcome.metrics = metrics
            self._save("best")
        self._save("last")
        self._progress.epoch_done(epoch, metrics)
        if self._watch.exhausted and epoch < self._job.run.fit.epochs:
            self._outcome.stopped_early = True
            self.model.stop_training = True

    def _stop_if_asked(self) -> None:
        if self._stop.made:
            self._save("last")
            raise FitInterruptedError

    def _save(self, name: str) -> None:
        """Write a checkpoint beside its place, then move it there: a reader never finds half a file."""
        half_written = self._job.checkpoints / f".{name}.keras"
        self.model.save(half_written)
        half_written.replace(self._job.checkpoints / f"{name}.keras")


def _our_name(name: str) -> str:
    return f"validation/{name[4:]}" if name.startswith("val_") else f"train/{name}"


@contextmanager
def _precision(run: RunConfig[Any]) -> Iterator[None]:
    """Build layers in the run's arithmetic, and leave Keras as it was."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(_PRECISION[run.strategy.precision])
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


ENGINE = KerasEngine()
