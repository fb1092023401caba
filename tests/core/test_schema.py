"""The JSON Schema of a use case takes what the loader takes and refuses what it refuses, as far as a schema can say."""

import json

import pytest
from conftest import install
from jsonschema import Draft202012Validator
from mistakes import FILES
from mistakes_elsewhere import ELSEWHERE

from itwinai_core import Config, ConfigError
from itwinai_core.cli import installed
from itwinai_core.config.json_schema import json_schema
from itwinai_core.config.loader import YamlMistakeError, parse_yaml
from itwinai_core.config.validate import validate
from itwinai_core.config.write import to_commented_yaml, to_yaml
from itwinai_core.errors import PluginError, UserError
from itwinai_core.fit import plan
from itwinai_core.show.settings import run_file

USE_CASES = ["torch-line", "keras-line", "virgo", "cyclones"]
# What no schema can say: rules about several values, and numbers without end.
BEYOND = {
    "two values that do not go together",
    "a rule of a section",
    "a channel twice",
    "a size that the network cannot halve",
    "a variable that is needed",
    "an infinite number",
}


@pytest.fixture(scope="module")
def plans(tmp_path_factory):
    """Return the default run of each use case, toys and plugins alike."""
    with pytest.MonkeyPatch.context() as patch:
        site = tmp_path_factory.mktemp("site")
        install(site, "toys", "toys")
        patch.syspath_prepend(site)
        installed.cache_clear()
        plugins = installed()
        yield {name: plan(name, (), plugins) for name in USE_CASES}
        installed.cache_clear()


@pytest.fixture(scope="module")
def schemas(plans):
    """Return the JSON Schema of each use case."""
    found = {}
    for name, planned in plans.items():
        strategies = planned.plugins.strategy_names(planned.use_case.engine)
        choices = {"strategy.name": strategies, "fit.trackers": planned.plugins.tracker_names}
        found[name] = json_schema(planned.run, planned.use_case.summary, choices)
    return found


def complaints(schema, content):
    return [error.message for error in Draft202012Validator(schema).iter_errors(content)]


@pytest.mark.parametrize("name", USE_CASES)
def test_a_schema_is_one_of_the_dialect_it_names(schemas, name):
    Draft202012Validator.check_schema(schemas[name])
    assert schemas[name]["$schema"] == Draft202012Validator.META_SCHEMA["$schema"]


@pytest.mark.parametrize("write", [to_yaml, to_commented_yaml])
@pytest.mark.parametrize("name", USE_CASES)
def test_every_default_run_fits_its_schema(schemas, plans, name, write):
    assert complaints(schemas[name], parse_yaml(write(plans[name].run)).values) == []


@pytest.mark.parametrize("name", USE_CASES)
def test_no_default_run_fits_the_schema_of_another_use_case(schemas, plans, name):
    content = parse_yaml(to_yaml(plans[name].run)).values
    assert all(complaints(schema, content) for other, schema in schemas.items() if other != name)


def leaves(schema, path=()):
    for key, part in schema.get("properties", {}).items():
        if "properties" in part:
            yield from leaves(part, (*path, key))
        else:
            yield (*path, key), part


@pytest.mark.parametrize("name", USE_CASES)
def test_every_key_has_its_description_and_the_use_cases_own_default(schemas, plans, name):
    values = plans[name].run.model_dump(mode="json")
    for path, part in leaves(schemas[name]):
        value = values
        for key in path:
            value = value[key]
        assert part["description"], path
        assert part.get("default", part.get("const")) == value, path


def test_what_is_installed_is_what_may_be_named(schemas):
    fit, strategy = (schemas["virgo"]["properties"][name]["properties"] for name in ("fit", "strategy"))
    assert "wandb" in fit["trackers"]["items"]["enum"]
    assert strategy["name"]["enum"] == ["auto"]
    assert schemas["virgo"]["properties"]["use_case"]["const"] == "virgo"


def verdicts(schemas, planned, content):
    """Return whether the schema and the loader take a run."""
    try:
        validate(content, planned.use_case.settings)
    except ConfigError:
        return not complaints(schemas[planned.use_case.name], content), False
    return not complaints(schemas[planned.use_case.name], content), True


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"fit": None},
        {"settings": {"model": None}},
        {"fit": {"epochs": 3.0}},
        {"fit": {"epochs": 3.5}},
        {"fit": {"epochs": True}},
        {"fit": {"epochs": "3"}},
        {"fit": {"epochs": None}},
        {"fit": {"patience": None}},
        {"fit": {"patience": 0}},
        {"fit": {"shuffle": 1}},
        {"fit": {"trackers": ["csv"]}},
        {"fit": {"trackers": "csv"}},
        {"fit": {"trackers": [1]}},
        {"fit": {"monitor": "train/loss"}},
        {"fit": {"monitor": "test/loss"}},
        {"fit": []},
        {"seed": 2**32 - 1},
        {"seed": 2**32},
        {"settings": {"slope": 3}},
        {"settings": {"slope": False}},
        {"settings": {"model": {"learning_rate": 0}}},
        {"settings": {"model": {"learning_rate": 1}}},
        {"settings": {"data": {"count": 0}}},
        {"settings": {"unknown": 0}},
        {"strategy": {"precision": "bfloat16"}},
        {"strategy": {"precision": "float16"}},
    ],
    ids=str,
)
def test_the_schema_takes_what_the_loader_takes_and_nothing_else(schemas, plans, changes):
    by_schema, by_loader = verdicts(schemas, plans["torch-line"], {"use_case": "torch-line", **changes})
    assert by_schema == by_loader


IN_FILES = [mistake for mistake in (*FILES, *ELSEWHERE) if isinstance(mistake.file, str) and not mistake.words]


@pytest.mark.parametrize("mistake", IN_FILES, ids=lambda mistake: mistake.what)
def test_the_schema_finds_the_mistakes_in_run_files_that_parse(schemas, mistake):
    try:
        content = parse_yaml(mistake.file).values
    except YamlMistakeError:
        return
    named = content.get("use_case") if isinstance(content, dict) else None
    schema = schemas.get(named if isinstance(named, str) else "", schemas["torch-line"])
    assert bool(complaints(schema, content)) != (mistake.what in BEYOND)


def test_most_mistakes_in_run_files_are_the_schemas_too(schemas):
    assert len(BEYOND) * 10 < len(IN_FILES)


class Part(Config):
    """A section that is used twice."""

    share: float = 0.5
    """Share."""


class Odd(Config):
    """Settings of shapes that are not common."""

    title: str = "a"
    """A key that JSON Schema has a word for."""

    train: Part = Part(share=0.8)
    """One use."""

    test: Part = Part(share=0.1)
    """Another."""

    again: "Odd | None" = None
    """Settings within settings."""


def test_a_class_that_is_used_twice_has_two_sets_of_defaults():
    schema = json_schema(validate({"use_case": "odd"}, Odd), "", {})
    settings = schema["properties"]["settings"]["properties"]
    assert settings["train"]["properties"]["share"]["default"] == 0.8
    assert settings["test"]["properties"]["share"]["default"] == 0.1
    assert settings["title"]["type"] == "string"


def test_settings_within_settings_are_described():
    schema = json_schema(validate({"use_case": "odd"}, Odd), "", {})
    Draft202012Validator.check_schema(schema)
    assert complaints(schema, {"use_case": "odd", "settings": {"again": {"again": {"title": "b"}}}}) == []
    assert complaints(schema, {"use_case": "odd", "settings": {"again": {"again": {"title": 3}}}}) != []


def test_settings_without_a_default_are_asked_for_by_the_schema():
    class Needed(Config):
        """A setting that only the user can know."""

        station: str
        """Name of the station."""

    run = validate({"use_case": "needed", "settings": {"station": "x"}}, Needed)
    schema = json_schema(run, "", {})
    assert complaints(schema, {"use_case": "needed"}) != []
    assert complaints(schema, {"use_case": "needed", "settings": None}) != []
    assert complaints(schema, {"use_case": "needed", "settings": {"station": "x"}}) == []


def test_settings_that_have_no_schema_are_the_plugins_mistake():
    from collections.abc import Callable

    class Calls(Config):
        """What no file can hold."""

        call: Callable[[], int] = int
        """A function."""

    with pytest.raises(PluginError, match="Calls has no JSON Schema"):
        json_schema(validate({"use_case": "calls"}, Calls).model_copy(), "", {})


@pytest.mark.parametrize("name", USE_CASES)
def test_describe_prints_the_schema(itwinai, schemas, name):
    finished = itwinai("describe", name, "--schema")
    assert finished.code == 0
    assert json.loads(finished.out) == schemas[name]


@pytest.mark.parametrize("name", USE_CASES)
def test_an_initial_run_file_names_its_schema_on_top(plans, name):
    first, second, *_ = run_file(plans[name]).splitlines()
    assert first == f"# yaml-language-server: $schema={name}.schema.json"
    assert f"itwinai describe {name} --schema > {name}.schema.json" in second


def test_init_writes_a_run_file_and_its_schema(itwinai, toys, schemas):
    finished = itwinai("init", "torch-line", "--output", "run.yaml")
    assert finished.code == 0
    assert "Wrote run.yaml, and torch-line.schema.json" in finished.out
    text = (toys / "run.yaml").read_text()
    assert text == itwinai("init", "torch-line").out
    beside = toys / text.splitlines()[0].partition("$schema=")[2]
    assert json.loads(beside.read_text()) == schemas["torch-line"]
    assert complaints(json.loads(beside.read_text()), parse_yaml(text).values) == []
    assert sorted(path.name for path in toys.iterdir()) == ["run.yaml", "torch-line.schema.json"]


def test_init_writes_a_second_run_file_beside_the_same_schema(itwinai, toys):
    assert itwinai("init", "torch-line", "--output", "one.yaml").code == 0
    assert itwinai("init", "torch-line", "--output", "two.yaml").code == 0
    assert (toys / "one.yaml").read_text() == (toys / "two.yaml").read_text()


@pytest.mark.parametrize("taken", ["run.yaml", "torch-line.schema.json"])
def test_init_never_takes_the_place_of_a_file(itwinai, toys, taken):
    (toys / taken).write_text("mine")
    finished = itwinai("init", "torch-line", "--output", "run.yaml")
    assert finished.code == 2
    assert f"{taken} is there already" in finished.err
    assert [path.name for path in toys.iterdir()] == [taken]
    assert (toys / taken).read_text() == "mine"


def test_init_says_where_it_cannot_write(itwinai):
    finished = itwinai("init", "torch-line", "--output", "nowhere/run.yaml")
    assert finished.code == 2
    assert "nowhere/run.yaml cannot be written: No such file or directory" in finished.err


def test_a_mistake_in_a_use_case_of_describe_is_a_message(itwinai):
    with pytest.raises(UserError):
        installed().use_case("torch_lin")
    assert "Did you mean 'torch-line'?" in itwinai("describe", "torch_lin", "--schema").err
