"""Plugins are found by entry point; a broken one is set aside with its reason and the others work."""

import os
import signal
import sys
import threading
import time
from importlib.metadata import EntryPoint

import pytest

from itwinai_core.errors import PluginError
from itwinai_core.plugins import Plugins

HEALTHY = EntryPoint("toys", "toys", "itwinai")

FAULTS = {
    "raises": ("raise RuntimeError('no licence')", "RuntimeError: no licence"),
    "exits": ("raise SystemExit(3)", "SystemExit: 3"),
    "misspells": (
        "from itwinai_core import hookimpl\n@hookimpl\ndef itwinai_use_case():\n    return []",
        "the core has no hook 'itwinai_use_case'. Did you mean 'itwinai_use_cases'?",
    ),
    "asks_too_much": (
        "from itwinai_core import hookimpl\n@hookimpl\ndef itwinai_use_cases(extra):\n    return []",
        "extra",
    ),
    "offers_a_number": (
        "from itwinai_core import hookimpl\n@hookimpl\ndef itwinai_use_cases():\n    return [7]",
        "it offers 7 where a UseCase is asked for",
    ),
    "offers_a_class": (
        (
            "from toys import TorchLine\nfrom itwinai_core import hookimpl\n"
            "@hookimpl\ndef itwinai_use_cases():\n    return [TorchLine]"
        ),
        "where a UseCase is asked for",
    ),
    "takes_a_name": (
        (
            "from toys import TorchLine\nfrom itwinai_core import hookimpl\n"
            "@hookimpl\ndef itwinai_use_cases():\n    return [TorchLine()]"
        ),
        "its use case 'torch-line' is offered by toys already",
    ),
    "has_a_bad_name": (
        (
            "from toys import TorchLine\nfrom itwinai_core import hookimpl\n"
            "class Bad(TorchLine):\n    name = 'Bad Name'\n"
            "@hookimpl\ndef itwinai_use_cases():\n    return [Bad()]"
        ),
        "Bad.name is 'Bad Name': use lower-case letters",
    ),
    "has_no_summary": (
        (
            "from toys import TorchLine\nfrom itwinai_core import hookimpl\n"
            "class Mute(TorchLine):\n    name = 'mute'\n    summary = ''\n"
            "@hookimpl\ndef itwinai_use_cases():\n    return [Mute()]"
        ),
        "Mute.summary must say",
    ),
    "has_no_settings": (
        (
            "from toys import TorchLine\nfrom itwinai_core import hookimpl\n"
            "class Bare(TorchLine):\n    name = 'bare'\n    settings = dict\n"
            "@hookimpl\ndef itwinai_use_cases():\n    return [Bare()]"
        ),
        "where a subclass of Config is asked for",
    ),
    "takes_a_strategy": (
        (
            "from itwinai_core.strategies.keras import KerasAuto\nfrom itwinai_core import hookimpl\n"
            "@hookimpl\ndef itwinai_strategies():\n    return [KerasAuto()]"
        ),
        "its strategy 'auto for keras' is offered by the core already",
    ),
    "offers_a_tracker_object": (
        (
            "from itwinai_core.trackers import CsvTracker\nfrom itwinai_core import hookimpl\n"
            "@hookimpl\ndef itwinai_trackers():\n    return [CsvTracker()]"
        ),
        "where a subclass of Tracker is asked for",
    ),
    "takes_a_verb": (
        (
            "import click\nfrom itwinai_core import hookimpl\n"
            "@hookimpl\ndef itwinai_commands():\n    return [click.Command('fit')]"
        ),
        "its command 'fit' is offered by the core already",
    ),
    "offers_a_function": (
        ("from itwinai_core import hookimpl\n@hookimpl\ndef itwinai_commands():\n    return [print]"),
        "where a Command is asked for",
    ),
    "has_no_engine": (
        (
            "from toys import TorchLine\nfrom itwinai_core import hookimpl\n"
            "class Lost(TorchLine):\n    name = 'lost'\n    engine = 'theano'\n"
            "@hookimpl\ndef itwinai_use_cases():\n    return [Lost()]"
        ),
        "Lost.engine must be one of lightning, keras",
    ),
    "breaks_midway": (
        "from itwinai_core import hookimpl\n@hookimpl\ndef itwinai_use_cases():\n    yield 1 / 0",
        "ZeroDivisionError",
    ),
}


@pytest.fixture
def written(toys, monkeypatch):
    """Write a module and return its entry point."""
    monkeypatch.syspath_prepend(toys)

    def write(name, code):
        (toys / f"{name}.py").write_text(code)
        monkeypatch.delitem(sys.modules, name, raising=False)
        return EntryPoint(name, name, "itwinai")

    return write


@pytest.mark.parametrize("name", FAULTS)
def test_a_broken_plugin_is_set_aside_with_its_reason_and_the_others_work(written, name):
    code, reason = FAULTS[name]
    absent = EntryPoint("zz-absent", "no_such_module_at_all", "itwinai")
    plugins = Plugins([written(name, code), HEALTHY, absent], verbs=["fit"])
    problems = {plugin.name: plugin.problem for plugin in plugins.installed}
    if name == "takes_a_name":
        # Plugins are loaded by name, so here the broken one came first; `toys` is the one that finds the name taken.
        assert "torch-line" in problems["toys"]
        return
    assert reason in problems[name]
    assert problems["toys"] == ""
    assert "no_such_module_at_all" in problems["zz-absent"]
    assert plugins.use_case("torch-line").engine == "lightning"


def test_two_plugins_with_one_name_are_told_apart_by_their_distributions(written):
    code, reason = FAULTS["takes_a_name"]
    plugins = Plugins([HEALTHY, written("zz_late", code)])
    assert reason in {plugin.name: plugin.problem for plugin in plugins.installed}["zz_late"]


def test_a_plugin_that_does_not_fit_leaves_nothing_behind(written):
    code = (
        "from toys import TorchLine\nfrom itwinai_core import hookimpl\n"
        "class Fine(TorchLine):\n    name = 'fine'\n"
        "@hookimpl\ndef itwinai_use_cases():\n    return [Fine()]\n"
        "@hookimpl\ndef itwinai_trackers():\n    return [1]"
    )
    plugins = Plugins([written("half", code)])
    with pytest.raises(PluginError, match="set aside"):
        plugins.use_case("fine")


def test_ctrl_c_while_plugins_load_still_ends_the_command(written):
    slow = written("slow", "import time\ntime.sleep(60)")
    threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        Plugins([slow])
    assert time.monotonic() - began < 5


def test_a_plugin_that_pretends_ctrl_c_is_set_aside(written):
    plugins = Plugins([written("pretender", "raise KeyboardInterrupt"), HEALTHY])
    assert {plugin.name: plugin.problem for plugin in plugins.installed} == {
        "pretender": "it raises KeyboardInterrupt",
        "toys": "",
    }


def test_what_a_plugin_prints_at_import_stays_out_of_standard_output(written, capsys):
    Plugins([written("noisy", "print('hello from a plugin')")])
    assert capsys.readouterr().out == ""


def test_installed_plugins_carry_distribution_and_version(toys):
    found = {plugin.name: plugin for plugin in Plugins().installed}
    assert (found["toys"].distribution, found["toys"].version) == ("toys", "1.2.3")
    assert [use_case.name for use_case in found["toys"].use_cases] == ["torch-line", "keras-line"]


def test_a_use_case_knows_its_plugin(plugins):
    assert plugins.plugin_of(plugins.use_case("keras-line")).name == "toys"


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda plugins: plugins.use_case("torchline"), "Did you mean 'torch-line'?"),
        (
            lambda plugins: plugins.strategy("autoo", "keras"),
            "no keras strategy is called 'autoo'. Did you mean 'auto'?",
        ),
        (lambda plugins: plugins.tracker("wandbb"), "Did you mean 'wandb'?"),
    ],
)
def test_an_unknown_name_is_refused_with_what_is_near(plugins, ask, said):
    with pytest.raises(PluginError) as refused:
        ask(plugins)
    assert said in str(refused.value)


def test_without_plugins_the_message_says_what_to_install():
    with pytest.raises(PluginError, match="pip install itwinai-virgo"):
        Plugins([]).use_case("virgo")


def test_the_engine_of_a_missing_framework_says_what_to_install(monkeypatch):
    from itwinai_core.engines import engine

    monkeypatch.delitem(sys.modules, "itwinai_core.engines.lightning", raising=False)
    monkeypatch.setitem(sys.modules, "lightning.pytorch", None)
    with pytest.raises(PluginError, match=r"pip install 'itwinai-core\[lightning\]'"):
        engine("lightning")
