"""Every hook that the core calls. Hooks register, classes do the work.

An implementation takes only the arguments that it uses, so hooks can grow without breaking anyone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pluggy

if TYPE_CHECKING:
    from collections.abc import Iterable

    import click

    from itwinai_core.config import RunConfig
    from itwinai_core.report import Report
    from itwinai_core.strategy import Strategy
    from itwinai_core.tracker import Tracker
    from itwinai_core.use_case import UseCase

ENTRY_POINT_GROUP = "itwinai"

hookspec = pluggy.HookspecMarker("itwinai")
hookimpl = pluggy.HookimplMarker("itwinai")


@hookspec
def itwinai_use_cases() -> Iterable[UseCase[Any]]:  # type: ignore[empty-body]  # a specification has no body
    """Offer use cases.

    Called once for each command, while plugins are loaded: import no framework here. A name must be unique.

    Returns:
        Instances of `LightningUseCase` or `KerasUseCase`.
    """


@hookspec
def itwinai_strategies() -> Iterable[Strategy]:  # type: ignore[empty-body]
    """Offer ways of spreading a fit over devices.

    Called once for each command, while plugins are loaded. A pair of name and engine must be unique.

    Returns:
        Strategies whose ``build`` imports its framework only when called.
    """


@hookspec
def itwinai_trackers() -> Iterable[type[Tracker]]:  # type: ignore[empty-body]
    """Offer places where metrics go.

    Called once for each command, while plugins are loaded. A name must be unique.

    Returns:
        Classes, not instances: each run makes its own.
    """


@hookspec
def itwinai_commands() -> Iterable[click.Command]:  # type: ignore[empty-body]
    """Offer verbs of the plugin's own, grouped under its name, e.g. `itwinai virgo qscan`.

    Called once for each command, while plugins are loaded: what a verb needs is imported when it runs.

    Returns:
        Commands or groups; a name must differ from the core's verbs and from other plugins' commands.
    """


@hookspec
def itwinai_before_fit(use_case: UseCase[Any], run: RunConfig[Any]) -> None:
    """Observe a run on the chief process, after its folder is made and before its data are.

    Args:
        use_case: What is about to be trained.
        run: The settings that it will be trained with, complete.
    """


@hookspec
def itwinai_after_fit(use_case: UseCase[Any], run: RunConfig[Any], report: Report) -> None:
    """Observe a run on the chief process, after its checkpoint and report are on disk.

    Args:
        use_case: What was trained.
        run: The settings that it was trained with, complete.
        report: Metrics, checkpoints, duration and artefacts.
    """


@hookspec
def itwinai_fit_failed(use_case: UseCase[Any], run: RunConfig[Any], error: BaseException) -> None:
    """Observe a run that failed or was interrupted, on the chief process, before the error is shown.

    Args:
        use_case: What was being trained.
        run: The settings of the run, complete.
        error: What ended it.
    """
