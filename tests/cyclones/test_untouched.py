"""No back end and no strategy writes into the patches that a fit is given."""

import os
import subprocess
import sys

import numpy as np
import pytest

from itwinai_core.order import gather, gather_augmented
from itwinai_cyclones import data
from itwinai_cyclones.settings import DataSettings

SMALL = {"variables": ("msl", "wind_speed"), "train_fields": 4, "validation_fields": 1, "test_fields": 1}

FIT = """
import sys, zlib
from pathlib import Path
import keras, numpy as np
from itwinai_core.order import epoch_batches, gather, gather_augmented
from itwinai_cyclones.data import splits
from itwinai_cyclones.settings import DataSettings

class Batches(keras.utils.PyDataset):
    def __init__(self, source, augmented):
        super().__init__()
        self.source, self.augmented = source, augmented
        self.order = epoch_batches(len(source), 16, seed=1, epoch=0, shuffle=False)

    def __len__(self):
        return len(self.order) - 1  # the last one is smaller than two replicas may want

    def __getitem__(self, index):
        if self.augmented:
            return gather_augmented(self.source, self.order[index], seed=1, epoch=0)
        return gather(self.source, self.order[index])

def checksum(source):
    arrays = source.values, source.labels
    return [zlib.crc32(array.tobytes()) for array in arrays]

def network():
    # Its first layer works on the inputs as they are, where a back end may work in place.
    first = [keras.Input((40, 40, 2)), keras.layers.BatchNormalization(), keras.layers.Conv2D(4, 3, 4)]
    model = keras.Sequential([*first, keras.layers.Flatten(), keras.layers.Dense(2)])
    model.compile("sgd", "mae")
    return model

source = splits(DataSettings(store=Path(sys.argv[1]), **SETTINGS), seed=5).train
before = checksum(source)
if STRATEGY:
    import tensorflow as tf
    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
    strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"], tf.distribute.HierarchicalCopyAllReduce())
    with strategy.scope():
        model = network()
else:
    model = network()
for augmented in (False, True):
    model.fit(Batches(source, augmented), epochs=2, shuffle=False, verbose=0)
assert checksum(source) == before, "the source was written into"
print("untouched", len(source))
"""


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """Return a folder with a store, and what its files hold."""
    folder = tmp_path_factory.mktemp("kept")
    data.splits(DataSettings(store=folder, **SMALL), seed=5)
    return folder


def content(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("backend", "mirrored"), [("tensorflow", True), ("tensorflow", False), ("jax", False), ("torch", False)]
)
def test_a_fit_leaves_the_store_as_it_was(kept, backend, mirrored):
    pytest.importorskip(backend, reason="a back end of Keras that the plugin does not bring")
    before = content(kept)
    code = FIT.replace("SETTINGS", repr(SMALL)).replace("STRATEGY", repr(mirrored))
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code, str(kept)],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"},
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.startswith("untouched")
    assert content(kept) == before


def test_batches_share_no_memory_with_the_source_or_with_one_another(kept):
    source = data.splits(DataSettings(store=kept, **SMALL), seed=5).train
    indices = np.arange(8)
    batches = [gather(source, indices), gather(source, indices)]
    batches += [gather_augmented(source, indices, seed=1, epoch=2) for _ in range(2)]
    batches += [gather_augmented(source, indices, seed=1, epoch=3)]
    arrays = [array for batch in batches for array in batch]
    for number, array in enumerate(arrays):
        assert array.flags.writeable
        assert not np.shares_memory(array, source.values)
        assert not np.shares_memory(array, source.labels)
        assert not any(np.shares_memory(array, other) for other in arrays[number + 1 :])
