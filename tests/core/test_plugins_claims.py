"""A name that two plugins take stays with whom it belongs to."""

from importlib.metadata import EntryPoint

import pytest

from itwinai_core.plugins.claims import settle
from itwinai_core.plugins.record import Diagnosis, OfferedUseCase, Offers, Plugin


def plugin(distribution, *use_cases, point="", **offers):
    """Return the record of a plugin that offers these."""
    offered = Offers(use_cases=tuple(OfferedUseCase(name, "lightning", "x") for name in use_cases), **offers)
    return Plugin(
        EntryPoint(point or distribution, f"{distribution}.plugin", "itwinai"), distribution, "1", offers=offered
    )


def losers(*plugins, core=()):
    """Return why each plugin is set aside that is."""
    settle(plugins, core)
    return {plugin.distribution: plugin.problem for plugin in plugins if plugin.problem}


def test_different_names_are_nobodys_loss():
    assert losers(plugin("a", "tides", "surge"), plugin("b", "waves")) == {}


def test_a_newcomer_does_not_take_the_use_case_of_the_plugin_that_is_called_like_it():
    assert losers(plugin("aaa", "virgo"), plugin("itwinai-virgo", "virgo")) == {
        "aaa": "its use case 'virgo' is offered by itwinai-virgo 1 already"
    }


def test_an_entry_point_of_that_name_counts_like_a_distribution():
    assert losers(plugin("aaa", "virgo"), plugin("zzz", "virgo", point="virgo")) == {
        "aaa": "its use case 'virgo' is offered by zzz 1 already"
    }


def test_else_the_first_by_distribution_keeps_it():
    assert set(losers(plugin("c", "x"), plugin("a", "x"), plugin("b", "x"))) == {"b", "c"}


def test_a_loser_leaves_its_other_names_free():
    assert losers(plugin("a", "x"), plugin("b", "x", "y"), plugin("c", "y")) == {
        "b": "its use case 'x' is offered by a 1 already"
    }


def test_names_of_different_kinds_do_not_meet():
    assert losers(plugin("a", "x"), plugin("b", trackers=("x",)), plugin("c", commands=("x",))) == {}


@pytest.mark.parametrize(
    ("offers", "claim", "said"),
    [
        ({"strategies": (("auto", "keras"),)}, ("strategy", "auto for keras"), "its strategy 'auto for keras'"),
        ({"trackers": ("csv",)}, ("tracker", "csv"), "its tracker 'csv'"),
        ({"commands": ("fit",)}, ("command", "fit"), "its command 'fit'"),
    ],
)
def test_what_the_core_has_nobody_takes(offers, claim, said):
    assert losers(plugin("a", **offers), core=[claim]) == {"a": f"{said} is offered by the core already"}


def test_a_strategy_of_the_same_name_for_another_engine_is_another():
    assert losers(plugin("a", strategies=(("x", "keras"),)), plugin("b", strategies=(("x", "lightning"),))) == {}


def test_two_that_name_one_module_are_one_too_many():
    first, second = plugin("a"), plugin("b")
    second.point = EntryPoint("b", "a.plugin", "itwinai")
    assert losers(first, second) == {"b": "its module 'a.plugin' is offered by a 1 already"}


def test_what_is_set_aside_or_off_claims_nothing():
    broken, off = plugin("a", "x"), plugin("b", "x")
    broken.diagnosis, off.off = Diagnosis("it is broken", "mend it"), "ITWINAI_PLUGINS_OFF"
    assert losers(broken, off, plugin("c", "x")) == {"a": "it is broken"}
