"""A run that was trained before: its folder, its settings, and its best model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from itwinai_core.config.read import read_overrides, read_run_file
from itwinai_core.config.validate import check_use_case, validate
from itwinai_core.engines import engine
from itwinai_core.errors import RunError
from itwinai_core.run_folder import RunFolder

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from itwinai_core.config import RunConfig, SettingsT
    from itwinai_core.config.content import Content
    from itwinai_core.engines.contract import Engine
    from itwinai_core.plugins import Plugins
    from itwinai_core.use_case import UseCase


@dataclass(frozen=True)
class TrainedRun:
    """What the verbs after `fit` start from."""

    folder: RunFolder
    run: RunConfig[Any]
    use_case: UseCase[Any]
    checkpoint: Path

    @classmethod
    def find(cls, name: str, runs: Path, plugins: Plugins, overrides: Iterable[str] = ()) -> TrainedRun:
        """Return a run by path or name, with its best checkpoint, or its last where it was interrupted early.

        Args:
            name: The run.
            runs: Where it is looked for by name.
            plugins: What is installed.
            overrides: Values of its settings to change, as ``key.path=value``.

        Raises:
            ConfigError: an override does not fit.
            RunError: there is no such run, or it holds no checkpoint.
            PluginError: its plugin is not installed any more.
        """
        folder, content = _read(name, runs, overrides)
        return cls.of(folder, content, plugins.use_case(content.values["use_case"]))

    @classmethod
    def of(cls, folder: RunFolder, content: Content, use_case: UseCase[Any]) -> TrainedRun:
        """Return the run in a folder.

        Args:
            folder: Where it is.
            content: Its keys.
            use_case: What it trains.

        Raises:
            ConfigError: a key does not fit.
            RunError: it holds no checkpoint.
        """
        run = validate(content, use_case.settings)
        saved = folder.saved()
        if saved:
            return cls(folder, run, use_case, saved.get("best") or saved["last"])
        raise RunError(
            f"The run '{folder.path.name}' holds no checkpoint: it is {folder.state()['state']}.\n"
            f"Train it again with: itwinai fit {folder.run_file}"
        )

    def load(self) -> tuple[Engine, Any]:
        """Return the engine and the model, ready for inference."""
        driver = engine(self.use_case.engine)
        return driver, driver.load(self.use_case, self.run, self.checkpoint)


def load_run(
    use_case: UseCase[SettingsT], name: str, runs: Path, overrides: Iterable[str] = ()
) -> tuple[RunConfig[SettingsT], Any]:
    """Return the settings and the model of a run of a use case, with its best checkpoint, ready for inference.

    Args:
        use_case: What the run trained.
        name: The run, by path or by name.
        runs: Where it is looked for by name.
        overrides: Values of its settings to change, as ``key.path=value``.

    Raises:
        ConfigError: an override does not fit.
        RunError: there is no such run, it trained something else, or it holds no checkpoint that can be loaded.
    """
    folder, content = _read(name, runs, overrides)
    if content.values["use_case"] != use_case.name:
        raise RunError(
            f"The run '{folder.path.name}' trains '{content.values['use_case']}', not '{use_case.name}'.\n"
            f"Give a run of `itwinai fit {use_case.name}`; `itwinai runs` lists all."
        )
    trained = TrainedRun.of(folder, content, use_case)
    return trained.run, trained.load()[1]


def _read(name: str, runs: Path, overrides: Iterable[str]) -> tuple[RunFolder, Content]:
    """Return the folder of a run and its keys."""
    folder = RunFolder.find(name, runs)
    content = read_overrides(overrides).over(read_run_file(folder.run_file))
    check_use_case(content, str(folder.run_file))
    return folder, content
