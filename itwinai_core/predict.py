"""The story of `itwinai predict`: apply a trained model to a user's files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from itwinai_core.config.near import did_you_mean, near_match
from itwinai_core.errors import DataError
from itwinai_core.whole_files import whole_folder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from itwinai_core.trained import TrainedRun
    from itwinai_core.use_case import UseCase

SAMPLE_PREFIX = "sample:"


@dataclass(frozen=True)
class Prediction:
    """What a prediction leaves."""

    folder: Path
    """Where the files are."""

    files: list[Path]
    """The files, sorted."""

    findings: Sequence[str]
    """Lines for the terminal."""


def predict(trained: TrainedRun, inputs: Sequence[str], *, output: Path | None = None) -> Prediction:
    """Apply the best checkpoint of a run to files, and put what it finds into a folder of its own.

    The folder appears when it is complete; where anything fails, nothing is left behind.

    Args:
        trained: The run.
        inputs: Files, folders, or ``sample:NAME`` for real data that the plugin brings.
        output: Folder to make; by default one in the run's ``predictions``.

    Raises:
        DataError: an input is missing, or is not what the model can take.
        RunError: the output folder is there already, or cannot be made.
    """
    paths = [_resolved(text, trained.use_case) for text in inputs]
    place = output or trained.folder.new_folder(f"predictions/{_stem(paths[0])}")
    with whole_folder(place) as unfinished:
        _, model = trained.load()
        findings = trained.use_case.predict(trained.run, model, paths, unfinished)
    return Prediction(place, sorted(path for path in place.rglob("*") if path.is_file()), findings)


def _resolved(text: str, use_case: UseCase[Any]) -> Path:
    if text.startswith(SAMPLE_PREFIX):
        wanted = text.removeprefix(SAMPLE_PREFIX)
        samples = use_case.samples()
        if wanted not in samples:
            hint = did_you_mean(wanted, samples) or " No sample of it is installed."
            raise DataError(f"The use case '{use_case.name}' has no sample '{wanted}'.{hint}")
        return samples[wanted]
    path = Path(text)
    if not path.exists():
        beside = [found.name for found in path.parent.iterdir()] if path.parent.is_dir() else []
        raise DataError(f"There is no file '{path}'.{near_match(path.name, beside)}")
    return path


def _stem(path: Path) -> str:
    return path.name.split(".")[0] or "input"
