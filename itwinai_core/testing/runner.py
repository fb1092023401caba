"""Runs the checks of a plugin in processes of their own, and gathers what they say."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from itwinai_core.config.near import did_you_mean
from itwinai_core.errors import ConfigError
from itwinai_core.testing.checks import CHECKS
from itwinai_core.testing.contract import Subject
from itwinai_core.testing.examination import Examination
from itwinai_core.testing.verdicts import Verdict, Verdicts

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

LIMIT = 120.0
"""Time that one check may take [s]."""


def check_plugin(
    name: str, *, only: Collection[str] = (), use_cases: Collection[str] = (), limit: float = LIMIT
) -> Verdicts:
    """Check an installed plugin, and return what each check says of it.

    Args:
        name: Of its entry point or its distribution.
        only: Checks to make; by default all.
        use_cases: Use cases to train; by default all that it offers.
        limit: Time that one check may take [s].

    Raises:
        ConfigError: there is no check of a name in ``only``.
        PluginError: no such plugin is installed, or it offers no such use case.
    """
    subject = Subject(name)
    began = time.monotonic()
    verdicts = list(verdicts_of(subject, only=only, use_cases=use_cases, limit=limit))
    return gathered(subject, verdicts, time.monotonic() - began)


def gathered(subject: Subject, verdicts: Sequence[Verdict], seconds: float) -> Verdicts:
    """Return verdicts in the order of the checks."""
    order = [check.name for check in CHECKS]
    ordered = sorted(verdicts, key=lambda verdict: order.index(verdict.check))
    return Verdicts(subject.distribution.name, subject.distribution.version, ordered, seconds)


def chosen(only: Collection[str]) -> list[str]:
    """Return the names of the checks that are asked for, in order.

    Raises:
        ConfigError: there is no check of such a name.
    """
    names = [check.name for check in CHECKS]
    for name in only:
        if name not in names:
            raise ConfigError(f"There is no check '{name}'.{did_you_mean(name, names)}")
    return [name for name in names if name in only or not only]


def verdicts_of(
    subject: Subject, *, only: Collection[str] = (), use_cases: Collection[str] = (), limit: float = LIMIT
) -> Iterator[Verdict]:
    """Yield the verdict of each check as soon as it is known.

    Args:
        subject: The plugin.
        only: Checks to make; by default all.
        use_cases: Use cases to train; by default all that it offers.
        limit: Time that one check may take [s].

    Raises:
        ConfigError: there is no check of a name in ``only``.
        PluginError: the plugin offers no such use case.
    """
    wanted = chosen(only)
    with tempfile.TemporaryDirectory(prefix="itwinai-check-", ignore_cleanup_errors=True) as place:
        examination = Examination(subject, wanted, use_cases, limit, Path(place))
        try:
            yield from examination.verdicts()
        finally:
            examination.end()
