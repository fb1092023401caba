"""Parts of sources: a few samples of many, or the same few again and again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from itwinai_core.sources import DataSplits

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np

    from itwinai_core.sources import Source


class Part:
    """Some samples of a source, which has what the source has."""

    def __init__(self, source: Source, indices: Sequence[int], *, augmented: bool = True) -> None:
        """Choose samples.

        Args:
            source: Where they are.
            indices: Which they are; one may come more than once.
            augmented: Whether they may be changed at random for training, where the source can.
        """
        self._source, self._indices, self._augmented = source, list(indices), augmented

    def __len__(self) -> int:
        return len(self._indices)

    def __getitem__(self, index: int) -> Any:
        return self._source[self._indices[index]]

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """Offer what is optional exactly where the source offers it."""
        if name == "__getitems__":
            together = self._source.__getitems__  # type: ignore[attr-defined]  # an optional method
            return lambda indices: together(self._chosen(indices))
        if name == "augmented" and self._augmented:
            change = self._source.augmented  # type: ignore[attr-defined]  # optional of a source
            return lambda index, generator: change(self._indices[index], generator)
        if name == "augmented_items" and self._augmented:
            change_together = self._source.augmented_items  # type: ignore[attr-defined]  # optional of a source
            return lambda indices, seed, epoch: change_together(self._chosen(indices), seed, epoch)
        raise AttributeError(name)

    def _chosen(self, indices: Sequence[int]) -> np.ndarray:
        import numpy as np

        return np.asarray([self._indices[int(index)] for index in indices])


def spread(count: int, most: int) -> list[int]:
    """Return indices of at most ``most`` of ``count`` samples, at equal distances, so that sorted samples mix."""
    if count <= most:
        return list(range(count))
    return [int(number * (count - 1) / max(most - 1, 1)) for number in range(most)]


def few(data: DataSplits, batch_size: int, batches: tuple[int, int]) -> DataSplits:
    """Return splits of a few batches each.

    Args:
        data: Splits of any size.
        batch_size: Samples in a batch.
        batches: How many to train on, and how many to validate on and to test on.
    """

    def part(source: Source, count: int) -> Part:
        return Part(source, spread(len(source), count * batch_size))

    learn, judge = batches
    return DataSplits(
        train=part(data.train, learn),
        validation=part(data.validation, judge),
        test=None if data.test is None else part(data.test, judge),
    )


def leaves(sample: Any) -> list[Any]:
    """Return the arrays of a sample or a batch, however deep they are nested, in order."""
    if isinstance(sample, dict):
        return [leaf for key in sample for leaf in leaves(sample[key])]
    if isinstance(sample, tuple | list):
        return [leaf for value in sample for leaf in leaves(value)]
    return [sample]
