"""The checks as tests of pytest: load it with ``-p itwinai_core.testing.pytest_plugin``, and name what to check.

A test that asks for the fixture ``plugin_check`` is run once for each check of each plugin that the option
``itwinai_plugin`` of pytest's configuration names. The processes that make the checks are started once a session.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from itwinai_core.errors import UserError
from itwinai_core.testing.checks import CHECKS
from itwinai_core.testing.runner import check_plugin

if TYPE_CHECKING:
    from itwinai_core.testing.verdicts import Verdict, Verdicts

_KNOWN = pytest.StashKey[dict[str, "Verdicts"]]()


@dataclass(frozen=True)
class PluginCheck:
    """One check of one plugin, made."""

    plugin: str
    """The plugin, as the configuration names it."""

    verdict: Verdict
    """What the check says of it."""

    def verify(self) -> None:
        """See that the plugin keeps the promise; where it cannot be found out, the test is skipped.

        Raises:
            AssertionError: it does not; the message says what is wrong and what to change.
        """
        __tracebackhide__ = True
        if self.verdict.state == "skipped":
            pytest.skip(self.verdict.reason)
        self.verdict.verify()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that names the plugins."""
    parser.addini("itwinai_plugin", "itwinai plugins to check, by entry point or distribution", type="args", default=[])


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make one test of each check of each plugin."""
    if "plugin_check" not in metafunc.fixturenames:
        return
    plugins = metafunc.config.getini("itwinai_plugin")
    if not plugins:
        raise pytest.UsageError(
            "The fixture plugin_check checks what pytest's option itwinai_plugin names, and it names nothing.\n"
            'Add to the section of pytest in pyproject.toml: itwinai_plugin = ["NAME"]'
        )
    cases = [(plugin, check.name) for plugin in plugins for check in CHECKS]
    names = [name if len(plugins) == 1 else f"{plugin}-{name}" for plugin, name in cases]
    metafunc.parametrize("plugin_check", cases, indirect=True, ids=names)


@pytest.fixture
def plugin_check(request: pytest.FixtureRequest) -> PluginCheck:
    """Return one check, made; ``verify()`` says whether the plugin keeps its promise."""
    plugin, name = request.param
    known = request.config.stash.setdefault(_KNOWN, {})
    if plugin not in known:
        known[plugin] = _checked(plugin, request.session)
    return PluginCheck(plugin, known[plugin].of(name))


def _checked(plugin: str, session: pytest.Session) -> Verdicts:
    """Make the checks of a plugin for which there are tests in this session."""
    cases = [item.callspec.params.get("plugin_check") for item in session.items if hasattr(item, "callspec")]
    try:
        return check_plugin(plugin, only={case[1] for case in cases if case and case[0] == plugin})
    except UserError as error:
        mistake = str(error)
    pytest.fail(mistake, pytrace=False)
