"""Whatever plugin is installed keeps the contract that users rely on."""

import importlib.util

import pytest

from itwinai_core.config.content import merged
from itwinai_core.config.loader import parse_yaml
from itwinai_core.config.validate import validate
from itwinai_core.config.write import describe_fields, to_commented_yaml
from itwinai_core.plugins import Plugins

PLUGINS = Plugins()
USE_CASES = [PLUGINS.use_case(offered.name) for plugin in PLUGINS.installed for offered in plugin.use_cases]


@pytest.fixture(params=USE_CASES, ids=lambda use_case: use_case.name)
def use_case(request):
    return request.param


@pytest.fixture
def run(use_case):
    return validate(merged(use_case.defaults, {"use_case": use_case.name}), use_case.settings)


def test_no_installed_plugin_is_set_aside():
    assert {plugin.distribution: plugin.problem for plugin in Plugins().installed if plugin.problem} == {}


def test_a_summary_is_one_line_without_a_full_stop(use_case):
    assert use_case.summary == use_case.summary.strip()
    assert "\n" not in use_case.summary
    assert not use_case.summary.endswith(".")


def test_every_setting_is_described(run):
    missing = [key for key, _, _, meaning in describe_fields(run) if len(meaning) < 10]
    assert missing == []


def test_every_number_of_a_setting_states_its_unit_or_is_plainly_a_count_or_share(run):
    """A length, a rate, a pressure without its unit is how a wrong number gets in."""
    known = (
        "share",
        "part",
        "number",
        "factor",
        "dimensionless",
        "rate",
        "at most",
        "patches",
        "fields",
        "noise power",
    )
    bare = [
        key
        for key, kind, _, meaning in describe_fields(run.settings)
        if kind.startswith("float") and "[" not in meaning and not any(word in meaning.lower() for word in known)
    ]
    assert bare == []


def test_an_initial_run_file_is_the_default_run(use_case, run):
    assert validate(parse_yaml(to_commented_yaml(run)).values, use_case.settings) == run


def test_samples_that_are_named_are_there(use_case):
    assert all(path.exists() for path in use_case.samples().values())


def test_the_framework_of_the_use_case_is_installed(use_case):
    assert importlib.util.find_spec({"lightning": "lightning", "keras": "keras"}[use_case.engine]) is not None
