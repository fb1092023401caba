"""The docstring under a setting describes it, wherever its class is defined, as pydantic itself would read it."""

import importlib
import sys

import pytest
from pydantic import Field
from pydantic._internal._docs_extraction import extract_docstrings_from_cls
from toys import DataSection, ModelSection, ToySettings

from itwinai_core import Config
from itwinai_core.config.schema import FitConfig, RunConfig, StrategyConfig

if True:

    class Conditional(Config):
        """Defined under a condition."""

        depth: int = 1
        """Layers."""


class Base(Config):
    """A section that others build on."""

    width: int = 1
    """Channels of a layer."""

    bare: int = 2


class Derived(Base):
    """A section that is built on another."""

    width: int = 3
    """Channels of every layer,
    in this one.
    """

    described: int = Field(default=4, description="By its field.")
    """Not by this."""

    _private: int = 5
    """Nothing to set."""

    def method(self):
        """Not a setting."""

    class Inner(Config):
        """A section in a section."""

        deep: int = 6
        """As deep as it goes."""


def descriptions(section):
    """Return what is known of each field of a section."""
    return {name: field.description for name, field in section.model_fields.items()}


def test_a_field_has_the_docstring_under_it():
    assert descriptions(Base) == {"width": "Channels of a layer.", "bare": None}


def test_what_is_inherited_keeps_its_docstring_and_what_is_said_anew_has_the_new_one():
    assert descriptions(Derived) == {
        "width": "Channels of every layer,\nin this one.",
        "bare": None,
        "described": "By its field.",
    }


def test_classes_in_classes_in_functions_and_under_conditions_are_found():
    class Local(Config):
        """Defined in a function."""

        here: int = 1
        """Where it is."""

    assert descriptions(Derived.Inner) == {"deep": "As deep as it goes."}
    assert descriptions(Local) == {"here": "Where it is."}
    assert descriptions(Conditional) == {"depth": "Layers."}


@pytest.mark.parametrize("section", [FitConfig, StrategyConfig, RunConfig, DataSection, ModelSection, ToySettings])
def test_pydantic_reads_the_same(section):
    read = extract_docstrings_from_cls(section, use_inspect=True)
    assert read
    assert {name: text for name, text in descriptions(section).items() if text} == read


def test_the_schema_for_editors_has_the_descriptions_of_nested_sections():
    schema = RunConfig[ToySettings].model_json_schema()
    assert schema["$defs"]["DataSection"]["properties"]["count"]["description"] == "Training points."
    assert (
        schema["$defs"]["FitConfig"]["properties"]["epochs"]["description"] == "Passes over the training data, at most."
    )


def test_a_class_without_a_source_is_a_class_all_the_same():
    made = type("Made", (Config,), {"__module__": "no.such.module", "__annotations__": {"x": int}, "x": 1})
    assert descriptions(made) == {"x": None}
    assert made().x == 1


def test_annotations_that_are_text_keep_their_descriptions(tmp_path, monkeypatch):
    code = (
        "from __future__ import annotations\nfrom itwinai_core import Config\n\n\nclass Outer(Config):\n"
        '    """Names a class that comes later."""\n\n    inner: Later | None = None\n    """What comes later."""\n\n\n'
        'class Later(Config):\n    """Comes later."""\n\n    x: int = 1\n    """A number."""\n'
    )
    (tmp_path / "later_module.py").write_text(code)
    monkeypatch.syspath_prepend(tmp_path)
    module = importlib.import_module("later_module")
    assert module.Outer(inner={"x": 2}).inner.x == 2
    assert descriptions(module.Outer) == {"inner": "What comes later."}
    assert module.Outer.model_json_schema()["properties"]["inner"]["description"] == "What comes later."
    del sys.modules["later_module"]
