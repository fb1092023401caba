"""What a use case hands over: random access to its samples, in three parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable


@runtime_checkable
class Source(Protocol):
    """Random access to samples.

    A sample is a tuple or a dictionary of NumPy arrays, in Keras's case ``(inputs, targets)``; where a model has
    several inputs or outputs, either may be a tuple or a dictionary itself. Hand out copies: a framework may write into
    what it is given. Three methods are optional:

    * ``__getitems__(indices)`` returns a whole batch at once, each array with a leading batch axis ``B``;
    * ``augmented(index, generator)`` returns the sample changed at random for training. The generator depends on
      seed, epoch and index alone, so that the answer is the same for any number of processes and after a resume;
    * ``augmented_items(indices, seed, epoch)`` does so for a whole batch at once, where a generator for each sample
      would cost more than the sample itself. What it draws for a sample depends on seed, epoch and its index alone.
    """

    def __len__(self) -> int: ...

    def __getitem__(self, index: int, /) -> Any: ...


@dataclass(frozen=True)
class DataSplits:
    """The three parts of a data set; they share nothing that would let one tell of another."""

    train: Source
    """What the model learns from."""

    validation: Source
    """What decides when to stop and which checkpoint is the best."""

    test: Source | None = None
    """What the trained model is judged on, seen once; validation stands in where there is none."""

    @property
    def held_out(self) -> Source:
        """Test samples, or validation samples where there are none."""
        return self.validation if self.test is None else self.test
