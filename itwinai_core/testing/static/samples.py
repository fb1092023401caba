"""What a sample must be for both engines: arrays of one shape, complete, and the receiver's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from itwinai_core.testing.contract import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from itwinai_core.sources import Source

_KINDS = "biufc"  # letters of NumPy for numbers that a framework takes


class Look:
    """A look at one part of a data set."""

    def __init__(self, source: Source, part: str, use_case: str, engine: str) -> None:
        self._source, self._engine = source, engine
        self._title = f"the {part} source of '{use_case}'"

    def faults(self, indices: list[int]) -> list[Fault]:
        """Return what is wrong with the samples at these indices."""
        try:
            first = self._source[indices[0]]
        except IndexError as error:
            return [self._too_short(indices[0], error)]
        return list(self._shape(first)) or list(self._alike(first, indices)) or [*self._copies(), *self._batches()]

    def _shape(self, first: Any) -> Iterator[Fault]:
        example = ": (inputs, targets)." if self._engine == "keras" else ", e.g. (inputs, targets)."
        change = f"Return a tuple or a dictionary of NumPy arrays{example}"
        if not isinstance(first, tuple | dict):
            yield Fault(f"A sample of {self._title} is {_kind(first)}.", change)
        elif self._engine == "keras" and not (isinstance(first, tuple) and len(first) in {2, 3}):
            yield Fault(f"A sample of {self._title} is {_kind(first)}, and Keras asks for (inputs, targets).", change)
        else:
            wrong = [fault for key, value in named(first) for fault in self._array(key, value)]
            yield from wrong[:1]

    def _array(self, key: str, value: Any) -> Iterator[Fault]:
        title = f"{key} of a sample of {self._title}"
        if not isinstance(value, np.ndarray | np.generic):
            yield Fault(
                f"{title} is {_kind(value)}, and no NumPy array.",
                "Return NumPy arrays, e.g. numpy.array([1.0], dtype=numpy.float32); the engine makes tensors of them.",
            )
        elif value.dtype.kind not in _KINDS or value.dtype == np.longdouble:
            yield Fault(
                f"{title} is an array of {value.dtype}, of which no tensor can be made.",
                "Return numbers, e.g. of numpy.float32 or numpy.int64.",
            )
        elif not value.dtype.isnative:
            yield Fault(
                f"{title} holds its bytes in another order than this machine's ({value.dtype.str}).",
                "Turn them with array.astype(array.dtype.newbyteorder('=')).",
            )

    def _alike(self, first: Any, indices: list[int]) -> Iterator[Fault]:
        for index in indices:
            title = f"sample {index} of {self._title}"
            try:
                sample = self._source[index]
            except IndexError as error:
                yield self._too_short(index, error)
                return
            if wrong := list(unlike(first, sample, title, f"sample {indices[0]}")):
                yield from wrong
                return
            if broken := [key for key, value in named(sample) if not _is_finite(value)]:
                yield Fault(
                    f"{broken[0]} of {title} is not finite everywhere.",
                    "Leave such samples out, or fill what is missing, before they become samples.",
                )
                return
        if frozen(self._source[indices[0]]) != frozen(first):
            yield Fault(
                f"Sample {indices[0]} of {self._title} is another one when it is asked for again.",
                "Let __getitem__ return what is there; what is random belongs into augmented(index, generator).",
            )

    def _copies(self) -> Iterator[Fault]:
        """Find samples that are parts of the source itself: who writes into one changes what is handed out next."""
        near = (0, min(1, len(self._source) - 1))
        before = [frozen(self._source[index]) for index in near]
        spoil(self._source[0])
        if [frozen(self._source[index]) for index in near] != before:
            yield Fault(
                f"Who writes into a sample of {self._title} changes the source: __getitem__ hands out no copies.",
                "Return copies: array[index].copy().",
            )

    def _batches(self) -> Iterator[Fault]:
        together = getattr(self._source, "__getitems__", None)
        if together is None:
            return
        indices = _asked_for(len(self._source))
        single = [self._source[index] for index in indices]
        batch = together(np.asarray(indices))
        batch = tuple(batch) if isinstance(batch, list) else batch
        if wrong := self._unlike_samples(batch, single, indices):
            change = "Let __getitems__(indices) return what __getitem__ returns for each, in this order, stacked."
            yield Fault(f"__getitems__({indices}) of {self._title} {wrong}", change)
            return
        before = frozen(single[0])
        spoil(batch)
        if frozen(self._source[indices[0]]) != before:
            yield Fault(
                f"Who writes into a batch of {self._title} changes the source: __getitems__ hands out no copies.",
                "Gather with array[indices], which copies.",
            )

    def _unlike_samples(self, batch: Any, single: list[Any], indices: list[int]) -> str:
        """Return in what a batch differs from its samples, as a clause; nothing where it does not."""
        if [key for key, _ in named(batch)] != [key for key, _ in named(single[0])]:
            return f"is {_kind(batch)}, and a sample {_kind(single[0])}."
        for (key, found), *each in zip(named(batch), *(named(sample) for sample in single), strict=True):
            wanted = np.stack([value for _, value in each])
            if _kind(found) != _kind(wanted):
                return f"has {_kind(found)} as {key.lower()}, where {len(indices)} samples make {_kind(wanted)}."
            if not np.allclose(found, wanted, rtol=1e-4, atol=1e-6, equal_nan=True):
                return f"holds other values than its samples, in {key.lower()}."
        return ""

    def _too_short(self, index: int, error: IndexError) -> Fault:
        return Fault(
            f"len() of {self._title} is {len(self._source)}, and sample {index} raises IndexError: {error}.",
            "Let __len__ return the number of samples that __getitem__ has.",
        )


def named(sample: Any, outer: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the arrays of a sample or a batch, however deep they are nested, with what to call each."""
    if isinstance(sample, dict):
        parts = [(f"'{key}'", value) for key, value in sample.items()]
    elif isinstance(sample, tuple):
        parts = [(f"Array {number}", value) for number, value in enumerate(sample, 1)]
    else:
        yield outer or "The array", sample
        return
    for name, value in parts:
        yield from named(value, f"{outer}, {name.lower()}" if outer else name)


def unlike(first: Any, sample: Any, title: str, other: str) -> Iterator[Fault]:
    """Find where a sample is not built like another one: they could not become one batch."""
    change = "Give all samples the same arrays, of one shape and dtype each; pad, crop or leave out those that differ."
    if type(sample) is not type(first) or [key for key, _ in named(sample)] != [key for key, _ in named(first)]:
        yield Fault(f"{title} is {_kind(sample)}, and {other} is {_kind(first)}.", change)
        return
    for (key, value), (_, wanted) in zip(named(sample), named(first), strict=True):
        if _kind(value) != _kind(wanted):
            shapes = f"{_kind(value)}, and that of {other} is {_kind(wanted)}"
            yield Fault(f"{key} of {title} has another shape or dtype: it is {shapes}.", change)
            return


def frozen(sample: Any) -> bytes:
    """Return the content of a sample, for comparing."""
    return b"|".join(
        f"{getattr(value, 'dtype', type(value))}{np.shape(value)}".encode() + np.asarray(value).tobytes()
        for _, value in named(sample)
    )


def spoil(sample: Any) -> None:
    """Write into a sample, as a framework may."""
    for _, value in named(sample):
        if isinstance(value, np.ndarray) and value.flags.writeable and value.dtype.kind in _KINDS:
            value[...] = ~value if value.dtype.kind == "b" else value * 0 + 77


def _asked_for(count: int) -> list[int]:
    """Return a few indices in no order, one of them twice."""
    last = count - 1
    return [last, 0, min(1, last), last // 2, 0]


def _is_finite(value: Any) -> bool:
    array = np.asarray(value)
    return array.dtype.kind not in "fc" or bool(np.isfinite(array).all())


def _kind(value: Any) -> str:
    if isinstance(value, np.ndarray | np.generic):
        return f"an array of {value.dtype} of shape {np.shape(value)}"
    if isinstance(value, dict):
        return f"a dictionary of {', '.join(map(repr, value)) or 'nothing'}"
    if isinstance(value, tuple | list):
        return f"a {type(value).__name__} of {len(value)}"
    module = type(value).__module__.partition(".")[0]
    return f"a {type(value).__name__}" if module == "builtins" else f"a {module}.{type(value).__name__}"
