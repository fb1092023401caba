"""Every hook is called and returns what is asked for, and use cases have the methods that the core calls."""

import sys

import pytest
from small_plugins import FILES, PLUGIN, told

from itwinai_core.testing.static.hooks import REGISTERING, SPECIFIED, find

HOOK = '@hookimpl\ndef itwinai_use_cases():\n    """Offer it."""\n    return [Small()]\n'
AFTER = '\n\n@hookimpl\ndef itwinai_after_fit({arguments}):\n    """Observe."""\n'
COMMANDS = '''

import click


@click.group("small")
def group():
    """Look at small things."""


@group.command()
def show():
    """Show one."""


@hookimpl
def itwinai_commands():
    """Offer it."""
    return [group]
'''


def changed(old, new):
    """Return the files of a good plugin with one change of its module."""
    assert PLUGIN.count(old) == 1
    return {"small/plugin.py": PLUGIN.replace(old, new)}


def after(text):
    """Return the files of a plugin with something behind it."""
    return {"small/plugin.py": f"{PLUGIN}{text}"}


def test_a_good_plugin_has_no_fault(small):
    assert find(small(after(AFTER.format(arguments="report, use_case") + COMMANDS))) == []


def test_hooks_that_register_take_nothing():
    assert set(REGISTERING) == {"itwinai_use_cases", "itwinai_strategies", "itwinai_trackers", "itwinai_commands"}
    assert SPECIFIED["itwinai_after_fit"] == ["use_case", "run", "report"]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("@hookimpl\n", "", "itwinai_use_cases lacks @hookimpl, so nothing calls it"),
        ("def itwinai_use_cases", "def itwinai_usecases", "Did you mean 'itwinai_use_cases'?"),
        ("def itwinai_use_cases", "def use_cases", "calls a hook use_cases, and the core calls none of this name"),
        (
            "def itwinai_use_cases()",
            "def itwinai_use_cases(config)",
            "asks for 'config', and the core hands over nothing",
        ),
        ("def itwinai_use_cases()", "async def itwinai_use_cases()", "is async, and the core does not wait for it"),
        ("return [Small()]", "return Small()", "a list is asked for"),
        ("return [Small()]", "return None", "Return a list, also of one"),
        ("return [Small()]", "return [Small]", "Return instances and not classes: Small()"),
        ("return [Small()]", "return 'small'", "a list is asked for"),
        ("return [Small()]", "return [Small(), Small()]", "2 times"),
        ("return [Small()]", "raise ValueError('no licence')", "no licence"),
        ('name = "small"', 'name = "Small Thing"', "'Small Thing'"),
        ("    def build_model", "    def make_model", "abstract"),
        ("settings = Settings", "settings = dict", "where a subclass of Config is asked for"),
    ],
)
def test_a_hook_that_does_not_fit_is_named(small, old, new, words):
    assert words in told(find(small(changed(old, new))))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("use_case, result", "asks for 'result', and the core hands over use_case, run, report"),
        ("use_case, raport", "Did you mean 'report'?"),
        ("use_case, report=None", "gives an argument a default, and such an argument is never handed over"),
        ("**happened", "takes *happened, which stays empty"),
        ("*happened", "takes *happened, which stays empty"),
    ],
)
def test_an_observer_asks_for_what_is_handed_over(small, arguments, words):
    assert words in told(find(small(after(AFTER.format(arguments=arguments)))))


def test_an_observer_that_is_a_generator_never_runs(small):
    assert "is a generator, whose body never runs" in told(
        find(small(after(AFTER.format(arguments="run") + "    yield\n")))
    )


def test_a_hook_that_registers_may_be_a_generator(small):
    assert find(small(changed("return [Small()]", "yield Small()"))) == []


def test_a_hook_outside_of_the_entry_module_is_named(small):
    hidden = '"""Hooks."""\n\nfrom itwinai_core import hookimpl\n' + AFTER.format(arguments="report")
    said = told(find(small({"small/hooks.py": hidden})))
    assert "itwinai_after_fit is not in small.plugin, which the entry point names" in said


def test_a_hook_may_be_imported_into_the_entry_module(small):
    hidden = '"""Hooks."""\n\nfrom itwinai_core import hookimpl\n' + AFTER.format(arguments="report")
    imported = PLUGIN + "\n\nfrom small.hooks import itwinai_after_fit\n"
    assert find(small({"small/hooks.py": hidden, "small/plugin.py": imported})) == []


def test_a_function_that_is_no_hook_may_have_our_prefix(small):
    assert (
        find(small({"small/data.py": FILES["small/data.py"] + "\n\ndef itwinai_version_of(x):\n    return x\n"})) == []
    )


def test_a_name_that_another_plugin_has_is_named(small):
    said = told(find(small(changed('name = "small"', 'name = "virgo"'))))
    assert "its use case 'virgo' is offered by itwinai-virgo" in said


def test_a_command_called_like_a_verb_is_named(small):
    assert "its command 'fit' is offered by the core" in told(find(small(after(COMMANDS.replace('"small"', '"fit"')))))


def test_a_command_without_help_is_named(small):
    said = told(find(small(after(COMMANDS.replace('    """Show one."""\n', "    return\n")))))
    assert "`itwinai small show` has no help" in said


def test_a_hidden_command_needs_no_help(small):
    hidden = COMMANDS.replace("@group.command()", "@group.command(hidden=True)")
    assert find(small(after(hidden.replace('    """Show one."""\n', "    return\n")))) == []


TRACKER = '''

from itwinai_core import Tracker


class Lines(Tracker):
    """Follows a run line by line."""

    name = "lines"

    def __init__(self):
        """Begin."""

    def start(self, run, folder):
        """Open."""

    def log(self, metrics, *, epoch, step):
        """Write."""

    def finish(self, state):
        """Close."""


@hookimpl
def itwinai_trackers():
    """Offer it."""
    return [Lines]
'''


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("name", "name", ""),
        ("(self, metrics, *, epoch, step)", "(self, metrics, epoch, step, extra=None)", ""),
        ("__init__(self)", "__init__(self, folder)", "Lines.__init__ cannot be called as the core calls it"),
        ("start(self, run, folder)", "start(self, run)", "Write def start(self, run, folder)"),
        ("(self, metrics, *, epoch, step)", "(self, metrics, step)", "Write def log(self, metrics, *, epoch, step)"),
        ("finish(self, state)", "finish(self)", "Write def finish(self, state)"),
        ("return [Lines]", "return [Lines()]", "where a subclass of Tracker is asked for"),
        ("def finish(self, state)", "def end(self, state)", "does not implement finish"),
        ('name = "lines"', 'name = "csv"', "its tracker 'csv' is offered by the core"),
    ],
)
def test_a_tracker_is_called_as_the_core_calls_it(small, old, new, words):
    said = told(find(small(after(TRACKER.replace(old, new)))))
    assert words in said
    assert bool(words) is bool(said)


def test_a_hook_that_gives_something_else_the_second_time_is_named(small):
    once = PLUGIN.replace("@hookimpl\n", "OFFERED = iter([Small()])\n\n\n@hookimpl\n").replace(
        "[Small()]\n", "OFFERED\n"
    )
    once = once.replace("OFFERED = iter(OFFERED", "OFFERED = iter([Small()]")
    assert "Make the list anew each time" in told(find(small({"small/plugin.py": once})))


def test_the_line_of_a_hook_is_named(small):
    line = PLUGIN.splitlines().index("def itwinai_use_cases():") + 1
    files = changed("@hookimpl\n", "")
    assert f"small/plugin.py:{line - 1}: itwinai_use_cases lacks @hookimpl" in told(find(small(files)))


def test_the_plugin_is_loaded_once_its_trial_went_well(small):
    find(small())
    assert "small.plugin" in sys.modules
