"""A use case, tried on a run so small that it takes seconds."""

from __future__ import annotations

import json
import re
import shutil
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from itwinai_core.config.content import merged
from itwinai_core.config.validate import validate
from itwinai_core.engines import engine
from itwinai_core.engines.contract import FitJob
from itwinai_core.errors import UserError
from itwinai_core.sources import DataSplits
from itwinai_core.testing.contract import Fault
from itwinai_core.testing.parts import few
from itwinai_core.testing.reading import Read, noted
from itwinai_core.testing.watching import shown_file

if TYPE_CHECKING:
    from collections.abc import Callable

    from itwinai_core.config import RunConfig
    from itwinai_core.engines.contract import Engine
    from itwinai_core.sources import Source
    from itwinai_core.testing.contract import Subject
    from itwinai_core.testing.watching import Watch
    from itwinai_core.use_case import UseCase

EPOCHS = 2
"""Epochs of the quick run: the order of the samples differs between them."""

BATCHES = 4, 2
"""Batches of the quick run to train on, and to validate and to test on."""

_LARGEST_BATCH = 16
_JUDGED = "judged.json"
_KNOWN = (
    (
        "does not require grad",
        "Return the loss of the training step as it comes out of the model: not detached, and of trainable weights.",
    ),
    (
        "empty parameter list",
        "Give the model weights to train: layers that stand in a plain list are not found, in a ModuleList they are.",
    ),
    (
        r"(?i)found dtype|expected scalar type|same dtype|\bDouble\b",
        "Hand out arrays of np.float32 from the source, and make others of that type in the model.",
    ),
    (
        "has no attribute 'optimizer'|must be compiled|call `compile",
        "Let build_model compile the model: model.compile(optimizer, loss, metrics=…).",
    ),
    ("shapes cannot be multiplied", "See that the first layer takes samples of the shape that the source hands out."),
    (r"(?i)\bcuda\b|nvidia", "Leave the device to the core: call no .cuda() or .to('cuda'), and use self.device."),
)
"""What frameworks say, and what is to be done about it."""

_CORE = str(Path(__file__).parents[1])


@dataclass
class Trial:
    """A use case with all that is needed to train it in this process."""

    subject: Subject
    use_case: UseCase[Any]
    folder: Path
    """Where runs and checkpoints go."""

    watch: Watch
    tell: Callable[[str, Fault], None] = lambda *_: None
    """Takes the name of another check than the one that is made, and what is wrong with it."""

    fitted: Path | None = None
    """Folder of a run that is finished; None where there is none."""

    assess_faults: list[Fault] = field(default_factory=list)
    """What went wrong in `assess` during the fit."""

    @property
    def engine(self) -> Engine:
        """The engine of the use case."""
        return engine(self.use_case.engine)

    @property
    def half(self) -> Path:
        """Checkpoint of the first epoch of the finished run."""
        return self.folder / f"half{self.engine.suffix}"

    @cached_property
    def cut(self) -> Cut:
        """The use case, with its data cut to a few batches."""
        return Cut(self)

    @cached_property
    def data(self) -> DataSplits:
        """A few batches of the quick run's data."""
        run = self.run()
        with self.watch.fetching():
            self.use_case.prepare(run)
        return self.cut.build_data(run)

    def judged(self) -> list[str]:
        """Return the metrics of the finished run that `assess` returned, as it names them with ``test/`` before."""
        notes = self.fitted.parent / _JUDGED if self.fitted else None
        return json.loads(notes.read_text(encoding="utf-8")) if notes and notes.is_file() else []

    def run(self, *, epochs: int = EPOCHS) -> RunConfig[Any]:
        """Return the use case's quick run, complete.

        Args:
            epochs: Passes over the training data.

        Raises:
            ConfigError: ``defaults`` or ``quick`` do not fit the settings.
        """
        content = merged(self.use_case.defaults, {"use_case": self.use_case.name})
        size = validate(content, self.use_case.settings).fit.batch_size
        small = {"fit": {"batch_size": min(size, _LARGEST_BATCH)}}
        fixed = {"fit": {"epochs": epochs, "patience": None, "trackers": []}, "strategy": {"name": "auto"}}
        content = merged(merged(merged(content, small), self.use_case.quick), fixed)
        return validate(content, self.use_case.settings)

    def job(
        self,
        name: str,
        *,
        run: RunConfig[Any] | None = None,
        data: DataSplits | None = None,
        on_epoch: Callable[[Mapping[str, float], int, int], None] = lambda *_: None,
        resume: Path | None = None,
    ) -> FitJob:
        """Return a fit with checkpoints in a folder of its own.

        Args:
            name: Of the folder.
            run: By default the quick run.
            data: By default a few batches.
            on_epoch: As `FitJob` has it.
            resume: Likewise.
        """
        checkpoints = self.folder / name
        shutil.rmtree(checkpoints, ignore_errors=True)
        checkpoints.mkdir()
        run = run or self.run()
        strategy = self.subject.plugins.strategy(run.strategy.name, self.use_case.engine)
        use_case = cast("UseCase[Any]", self.cut)
        return FitJob(use_case, run, data or self.data, strategy, checkpoints, on_epoch, resume)

    def fault(self, error: BaseException, change: str = "") -> Fault:
        """Return what an error says, with the plugin's own line where there is one.

        Args:
            error: What was raised.
            change: What to change; by default to look at the whole of it.
        """
        said = str(error).strip() or "without a message"
        words = said if isinstance(error, UserError) else f"{type(error).__name__}: {_short(said)}"
        frames = traceback.extract_tb(error.__traceback__)
        own = [frame for frame in frames if self.subject.owns(frame.filename)]
        last = [frame for frame in frames[-1:] if not frame.filename.startswith(_CORE)]
        where = "".join(f" ({shown_file(frame.filename)}:{frame.lineno})" for frame in (own or last)[-1:])
        hint = f"Mend it there. `itwinai fit {self.use_case.name}` on the values of `quick` shows all of it."
        hint = next((known for pattern, known in _KNOWN if re.search(pattern, said)), hint)
        return Fault(f"{words}{where}", change or hint)


class Cut:
    """A use case whose engine sees a few batches, while its own methods see all that it built."""

    def __init__(self, trial: Trial) -> None:
        """Wrap the use case of a trial."""
        self._trial = trial
        self._built: DataSplits | None = None
        self._reads: list[Read] = []

    def __getattr__(self, name: str) -> Any:
        """Be the use case in all else."""
        return getattr(self._trial.use_case, name)

    def prepare(self, run: RunConfig[Any]) -> None:
        """Prepare; this may use the network."""
        with self._trial.watch.fetching():
            self._trial.use_case.prepare(run)

    def build_data(self, run: RunConfig[Any]) -> DataSplits:
        """Build the data once and return a few batches of them."""
        if self._built is None:
            self._built = self._build(run)
        return few(self._built, run.fit.batch_size, BATCHES)

    def build_anew(self, run: RunConfig[Any]) -> DataSplits:
        """Build the data once more and return a few batches of them."""
        return few(self._build(run), run.fit.batch_size, BATCHES)

    def adapt(self, run: RunConfig[Any], model: Any, train: Source) -> None:
        """Adapt the model to what was built."""
        self._trial.use_case.adapt(run, model, train if self._built is None else self._built.train)

    def assess(self, run: RunConfig[Any], model: Any, data: DataSplits, folder: Path) -> Mapping[str, float]:
        """Judge the model on what was built; what goes wrong is kept, and the fit goes on."""
        read = Read()
        self._reads.append(read)
        try:
            judged = _numbers(self._trial.use_case.assess(run, model, noted(self._built or data, read), folder))
        except Exception as error:  # noqa: BLE001 - whatever a plugin raises is a finding
            self._trial.assess_faults.append(self._trial.fault(error))
            return {}
        notes = json.dumps([f"test/{name}" for name in judged])
        (self._trial.folder / _JUDGED).write_text(notes, encoding="utf-8")
        held_out = "validation" if (self._built or data).test is None else "test"
        if read.samples and held_out not in read.touched:
            self._trial.assess_faults.append(
                Fault(
                    f"assess looks at the {' and the '.join(sorted(read.samples))} part, and not at what is held out.",
                    "Judge on data.held_out: the other parts chose the weights.",
                )
            )
        return judged

    def _build(self, run: RunConfig[Any]) -> DataSplits:
        built = self._trial.use_case.build_data(run)
        if not isinstance(built, DataSplits):
            raise TypeError(f"build_data returns a {type(built).__name__}, and DataSplits are asked for")
        return built


def _numbers(judged: Any) -> dict[str, float]:
    if not isinstance(judged, Mapping):
        raise TypeError(f"assess returns {_short(repr(judged))}, and names with their numbers are asked for")
    numbers = {}
    for name, value in judged.items():
        try:
            numbers[name] = float(value)
        except (TypeError, ValueError):
            raise TypeError(
                f"assess returns {_short(repr(value))} under the name '{name}', and a number is asked for"
            ) from None
    return numbers


def _short(text: str, most: int = 300) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= most else f"{flat[: most - 3]}..."
