"""One network is the same function on TensorFlow, JAX and PyTorch, and its file can be read on each."""

import os
import subprocess
import sys

import numpy as np
import pytest

BACKENDS = ("tensorflow", "jax", "torch")

SAVE = """
import sys, keras, numpy as np
from itwinai_cyclones.compact import compact, on_globe
from itwinai_cyclones.network import standardised
from itwinai_cyclones.vgg import VERSIONS, vgg

keras.utils.set_random_seed(1)
for name in (*VERSIONS, "compact", "globe"):
    network = standardised(vgg(channels=2, version=name) if name in VERSIONS else compact(channels=2))
    network.get_layer("standardise").adapt(np.array([1010.0, 8.0]), np.array([6.0, 3.0]))
    (on_globe(network) if name == "globe" else network).save(f"{sys.argv[1]}/{keras.backend.backend()}/{name}.keras")
"""

ANSWER = """
import sys, keras, numpy as np
from itwinai_cyclones import compact, vgg  # so that Keras knows their layers

folder, inputs = sys.argv[1], np.load(f"{sys.argv[1]}/inputs.npz")
answers = {}
for saved in ("tensorflow", "jax", "torch"):
    for name in inputs.files:
        network = keras.saving.load_model(f"{folder}/{saved}/{name}.keras", compile=False, safe_mode=True)
        answers[f"{saved} {name}"] = keras.ops.convert_to_numpy(network.predict_on_batch(inputs[name]))
np.savez(f"{folder}/{keras.backend.backend()}.npz", **answers)
"""


def run(backend, code, folder):
    surroundings = {**os.environ, "KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3", "JAX_PLATFORMS": "cpu"}
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder)], env=surroundings, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    """Save all networks on each back end, and return what each makes of all files."""
    folder = tmp_path_factory.mktemp("backends")
    generator = np.random.default_rng(0)
    shapes = dict.fromkeys(("vgg_v1", "vgg_v2", "vgg_v3"), (2, 40, 40)) | {"compact": (2, 81, 85), "globe": (1, 61, 80)}
    inputs = {
        name: generator.normal([1010, 8], [6, 3], (*shape, 2)).astype(np.float32) for name, shape in shapes.items()
    }
    np.savez(folder / "inputs.npz", **inputs)
    for backend in BACKENDS:
        (folder / backend).mkdir()
        run(backend, SAVE, folder)
    for backend in BACKENDS:
        run(backend, ANSWER, folder)
    return {backend: dict(np.load(folder / f"{backend}.npz")) for backend in BACKENDS}


@pytest.mark.slow
@pytest.mark.parametrize("saved", BACKENDS)
@pytest.mark.parametrize("name", ["vgg_v1", "vgg_v2", "vgg_v3", "compact", "globe"])
def test_a_file_of_any_back_end_gives_the_same_answers_on_each(answers, saved, name):
    first = answers["tensorflow"][f"{saved} {name}"]
    assert np.ptp(first) > 0.01
    for backend in BACKENDS:
        np.testing.assert_allclose(answers[backend][f"{saved} {name}"], first, atol=1e-4, rtol=0)
