"""Check that a run made twice is the same twice: samples, weights and metrics."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from itwinai_core.testing.contract import Fault
from itwinai_core.testing.parts import leaves, spread

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import numpy as np

    from itwinai_core.sources import DataSplits, Source
    from itwinai_core.testing.trial import Trial

_SAMPLES = 8
"""Samples of each part that are compared."""

_SAMPLES_FILE, _WEIGHTS_FILE = "samples.npz", "weights.npz"

_SEEDED = (
    "Draw from generators that are seeded with run.seed, e.g. np.random.default_rng([run.seed, 1]), and let nothing "
    "depend on the clock, on the order of a set, or on that of a folder: sort them."
)


def keep(trial: Trial, folder: Path) -> list[Fault]:
    """Write down what another process must find again; return what already differs within this one.

    Args:
        trial: With a finished fit.
        folder: Where the arrays go.
    """
    run = trial.run()
    first = dict(_samples(trial.data))
    _write(folder / _SAMPLES_FILE, first)
    last = trial.fitted / "checkpoints" / f"last{trial.engine.suffix}" if trial.fitted else None
    if last:
        weights = trial.engine.weights(trial.engine.load(trial.use_case, run, last))
        _write(folder / _WEIGHTS_FILE, {f"{k}:{weight.name}": weight.values for k, weight in enumerate(weights)})
    faults = [*_twice(trial.data)]
    anew = dict(_samples(trial.cut.build_anew(run)))
    return faults or [*_differing_samples(first, anew, "when build_data is called again")]


def compare(one: Path, other: Path, run: str) -> list[Fault]:
    """Return where two processes that made the same run differ.

    Args:
        one: Where the first left its arrays and its run.
        other: Where the second did.
        run: Name of the run's folder.
    """
    found = [*_differing_samples(_read(one / _SAMPLES_FILE), _read(other / _SAMPLES_FILE), "in another process")]
    found = found or [*_differing_weights(_read(one / _WEIGHTS_FILE), _read(other / _WEIGHTS_FILE))]
    return found or [*_differing_metrics(one / run, other / run)]


def _samples(data: DataSplits) -> Iterator[tuple[str, np.ndarray]]:
    for part in ("train", "validation", "test"):
        source = getattr(data, part)
        for index in spread(len(source), _SAMPLES) if source is not None else ():
            for number, leaf in enumerate(leaves(source[index])):
                yield f"{part}:{index}:{number}", _array(leaf)


def _twice(data: DataSplits) -> Iterator[Fault]:
    """Find samples that change when they are asked for again."""
    import numpy as np

    for part in ("train", "validation", "test"):
        source: Source | None = getattr(data, part)
        if source is None:
            continue
        change: Any = getattr(source, "augmented", None)
        for index in spread(len(source), 2):
            if not _equal(source[index], source[index]):
                yield Fault(
                    f"Sample {index} of the {part} part is another one when it is asked for again.",
                    "Draw at random in `augmented(index, generator)` alone, from its generator.",
                )
                break
            if change and not _equal(*(change(index, np.random.default_rng(1)) for _ in range(2))):
                yield Fault(
                    f"`augmented` changes sample {index} of the {part} part in two ways with the same generator.",
                    "Draw from the generator that it is given, and from nothing else.",
                )
                break
        if len(source) and hasattr(source, "augmented_items"):
            yield from _changed_together(source, part)


def _changed_together(source: Any, part: str) -> Iterator[Fault]:
    """Find a batch whose samples are changed in another way than each of them alone, or than before."""
    import numpy as np

    first, last = np.array([0]), np.array([len(source) - 1])
    together = source.augmented_items(np.concatenate([last, first]), 1, 2)
    alone = [source.augmented_items(index, 1, 2) for index in (last, first)]
    both = [np.concatenate([_array(leaf) for leaf in pair]) for pair in zip(*map(leaves, alone), strict=True)]
    if not _equal(together, both):
        yield Fault(
            f"`augmented_items` changes a sample of the {part} part in two ways with the same seed and epoch.",
            "Let what is drawn for a sample depend on seed, epoch and its index alone, not on the batch that it is in.",
        )


def _differing_samples(one: dict[str, np.ndarray], other: dict[str, np.ndarray], when: str) -> Iterator[Fault]:
    for part in ("train", "validation", "test"):
        keys = [{key for key in found if key.startswith(f"{part}:")} for found in (one, other)]
        if keys[0] != keys[1]:
            yield Fault(f"The {part} part holds another number of samples {when}.", _SEEDED)
        elif changed := [key for key in sorted(keys[0]) if not _near(one[key], other[key])]:
            yield Fault(f"Sample {changed[0].split(':')[1]} of the {part} part is another one {when}.", _SEEDED)


def _differing_weights(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> Iterator[Fault]:
    if [values.shape for values in one.values()] != [values.shape for values in other.values()]:
        yield Fault("The model has another structure in another process.", _SEEDED)
        return
    pairs = zip(one, one.values(), other.values(), strict=True)
    changed = [key.partition(":")[2] for key, values, others in pairs if not _near(values, others)]
    if changed:
        yield Fault(
            f"Two fits of the same run on the same samples end with other weights, first of all {changed[0]}.",
            f"Build the model from the framework's own generators, which the core seeds. {_SEEDED}",
        )


def _differing_metrics(one: Path, other: Path) -> Iterator[Fault]:
    metrics = [json.loads((folder / "report.json").read_text(encoding="utf-8"))["metrics"] for folder in (one, other)]
    for name in sorted(metrics[0].keys() | metrics[1].keys()):
        values = [found.get(name) for found in metrics]
        numbers = [math.nan if value is None else value for value in values]
        if values[0] != values[1] and not math.isclose(*numbers, rel_tol=1e-4, abs_tol=1e-7):
            yield Fault(f"Two fits of the same run report {name} {values[0]} and {values[1]}.", _SEEDED)
            return


def _near(one: np.ndarray, other: np.ndarray) -> bool:
    """Return whether arrays are the same but for rounding."""
    import numpy as np

    if one.shape != other.shape or one.dtype.kind not in "fc":
        return np.array_equal(one, other)
    size = float(np.nanmax(np.abs(one), initial=0.0))
    return np.allclose(one, other, rtol=1e-5, atol=1e-6 * size if math.isfinite(size) else 0.0, equal_nan=True)


def _equal(one: Any, other: Any) -> bool:
    pairs = zip(leaves(one), leaves(other), strict=True)
    return all(_array(a).tobytes() == _array(b).tobytes() for a, b in pairs)


def _array(leaf: Any) -> np.ndarray:
    """Return a leaf as an array without objects."""
    import numpy as np

    values = np.asarray(leaf)
    return np.asarray(repr(leaf)) if values.dtype.hasobject else values


def _write(path: Path, arrays: dict[str, np.ndarray]) -> None:
    import numpy as np

    np.savez(path, allow_pickle=False, **arrays)


def _read(path: Path) -> dict[str, np.ndarray]:
    import numpy as np

    with np.load(path, allow_pickle=False) as archive:
        return {name: archive[name] for name in archive.files}
