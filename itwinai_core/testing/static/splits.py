"""What the parts of a data set must be: sources with samples, that share none and augment by their own key alone."""

from __future__ import annotations

import random
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from itwinai_core.sources import DataSplits
from itwinai_core.testing.contract import Fault
from itwinai_core.testing.static.samples import frozen, named, spoil, unlike

if TYPE_CHECKING:
    from collections.abc import Iterator

    from itwinai_core.sources import Source

MOST = 2000
"""Samples of a part that are looked at, evenly spread; the first and the last are among them."""

_KEYS = 4  # keys of augmentation that are tried on each of a few samples
_RICH = 8  # different numbers from which on two inputs are alike by no accident


def parts(data: DataSplits) -> dict[str, Source]:
    """Return the parts that there are, by name."""
    named = {"train": data.train, "validation": data.validation, "test": data.test}
    return {part: source for part, source in named.items() if source is not None}


def spread(count: int, most: int = MOST) -> list[int]:
    """Return the indices of some samples, evenly spread."""
    if count <= most:
        return list(range(count))
    return sorted({round(place) for place in np.linspace(0, count - 1, most)})


def wrong_parts(data: Any, use_case: str) -> Iterator[Fault]:
    """Find parts that are no sources, or have nothing in them."""
    if not isinstance(data, DataSplits):
        yield Fault(
            f"build_data of '{use_case}' returns a {type(data).__name__}, and DataSplits are asked for.",
            "Return DataSplits(train=…, validation=…, test=…), from itwinai_core.",
        )
        return
    for part, source in parts(data).items():
        lacks = [name for name in ("__len__", "__getitem__") if not callable(getattr(source, name, None))]
        if lacks:
            yield Fault(
                f"The {part} part of '{use_case}' is a {type(source).__name__} without {' and '.join(lacks)}.",
                "Hand over a source: an object with __len__ and __getitem__(index), no loader, iterator or tensor.",
            )
            continue
        try:
            count = len(source)
        except Exception as error:  # noqa: BLE001 - a plugin's own source
            why = f"{type(error).__name__}: {error}"
            yield Fault(f"len() of the {part} part of '{use_case}' raises {why}.", "Return a number.")
            continue
        if not count:
            yield Fault(
                f"The {part} part of '{use_case}' is empty in its quick run.",
                "Leave at least one sample in each part, or raise what `quick` cuts it down to.",
            )


def wrong_augmentation(source: Any, use_case: str) -> Iterator[Fault]:
    """Find what makes a changed sample depend on anything but its own generator."""
    name = f"augmented of the train source of '{use_case}'"
    changed: list[list[bytes]] = []
    for index in sorted({0, len(source) // 2, len(source) - 1}):
        plain = frozen(source[index])
        changed.append([])
        for key in range(_KEYS):
            once, again = (source.augmented(index, _generator(index, key, salt)) for salt in (0, 1))
            if frozen(once) != frozen(again):
                yield Fault(
                    f"{name} gives another sample with the same generator: it draws from somewhere else.",
                    "Draw from the generator that it is handed, and from nothing else.",
                )
                return
            if wrong := list(unlike(source[index], once, f"{name}({index}, generator)", "a plain sample")):
                yield from wrong
                return
            changed[-1].append(frozen(once))
            spoil(once)
        if frozen(source[index]) != plain:
            yield Fault(
                f"{name} changes the sample that it starts from: who asks for {index} again gets another one.",
                "Copy the sample before it is changed.",
            )
            return
    alike = all(one == other for answers in changed for one, other in pairwise(answers))
    if alike and changed[0][0] != frozen(source[0]):
        yield Fault(f"{name} makes the same change with every generator.", "Draw from the generator that it is handed.")


def shared_samples(data: DataSplits, use_case: str) -> Iterator[Fault]:
    """Find samples that stand in two parts."""
    inputs = {part: list(_inputs(source)) for part, source in parts(data).items()}
    for one, other in (("train", "validation"), ("train", "test"), ("validation", "test")):
        known = {key for key, _ in inputs[one]}
        shared = [rich for key, rich in inputs.get(other, ()) if key in known]
        # Numbers that are few, e.g. the points of a grid, may well come twice; whole pictures do not.
        if any(shared) or len(shared) > len(inputs.get(other, ())) / 2:
            yield Fault(
                f"{len(shared)} of {len(inputs[other])} samples of the {other} part of '{use_case}' stand in the "
                f"{one} part too: the two share them.",
                "Split before windows are cut, with a guard between the parts, or by what belongs together.",
            )


def _inputs(source: Source) -> Iterator[tuple[bytes, bool]]:
    """Yield the input of each sample, and whether it holds enough for two to be alike by no accident."""
    for index in spread(len(source)):
        sample = source[index]
        given = next(iter(sample.values())) if isinstance(sample, dict) else sample[0]
        numbers = [np.ravel(np.asarray(value)) for _, value in named(given)]
        yield frozen(given), len(np.unique(np.concatenate(numbers))) >= _RICH


def _generator(index: int, key: int, salt: int) -> np.random.Generator:
    """Return a sample's generator, after everything else that a source might draw from was put elsewhere."""
    random.seed(salt)
    np.random.seed(salt)  # noqa: NPY002 - what must not be used is what is changed
    return np.random.default_rng([key, index])
