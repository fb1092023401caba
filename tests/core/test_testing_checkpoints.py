"""What only pickle restores is found in a checkpoint by name, without restoring it."""

import os
import pickle
import zipfile
from collections import OrderedDict
from fractions import Fraction

import pytest

from itwinai_core.testing.checkpoints import foreign_objects


class Trap:
    """An object that does something where it is restored."""

    def __reduce__(self):
        return os.mkdir, ("trapped",)


@pytest.fixture
def checkpoint(tmp_path, monkeypatch):
    """Return a function that writes a checkpoint of plain torch."""
    monkeypatch.chdir(tmp_path)

    def write(content):
        import torch

        torch.save(content, tmp_path / "last.ckpt")
        return tmp_path / "last.ckpt"

    return write


def test_tensors_and_containers_are_nothing_foreign(checkpoint):
    import torch

    content = {"state_dict": OrderedDict(w=torch.ones(3), n=torch.tensor(2)), "epoch": 3, "names": ["a", {"b"}]}
    assert foreign_objects(checkpoint(content)) == []


def test_an_object_is_named_with_its_module(checkpoint):
    assert foreign_objects(checkpoint({"hyper_parameters": {"rate": Fraction(1, 3)}})) == ["fractions.Fraction"]


def test_a_layer_of_torch_is_an_object_too(checkpoint):
    import torch

    found = foreign_objects(
        checkpoint({"net": torch.nn.Sequential(torch.nn.Tanh()), "w": torch.nn.Parameter(torch.ones(2))})
    )
    assert found == ["torch.nn.modules.activation.Tanh", "torch.nn.modules.container.Sequential"]


def test_nothing_is_restored_to_find_out(checkpoint, tmp_path):
    found = foreign_objects(checkpoint({"state": Trap()}))
    assert [name.rpartition(".")[2] for name in found] == ["mkdir"]
    assert not (tmp_path / "trapped").exists()


def test_names_of_later_protocols_are_read(tmp_path):
    path = tmp_path / "last.ckpt"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("last/data.pkl", pickle.dumps(Fraction(1, 3), protocol=4))
    assert foreign_objects(path) == ["fractions.Fraction"]


def test_the_code_of_a_lambda_in_a_keras_model_is_found(tmp_path):
    import keras

    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.save(tmp_path / "plain.keras")
    assert foreign_objects(tmp_path / "plain.keras") == []
    model = keras.Sequential([keras.Input((2,)), keras.layers.Lambda(lambda x: x + 1), keras.layers.Dense(1)])
    model.save(tmp_path / "lambda.keras")
    assert foreign_objects(tmp_path / "lambda.keras") == ["a lambda of a Keras model"]
