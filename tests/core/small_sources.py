"""Good sources, and a way to make others of them, for the tests of what is said of samples."""

import numpy as np
from small_plugins import told

from itwinai_core.testing.static.samples import Look
from itwinai_core.testing.static.splits import spread


class Points:
    """A good source."""

    def __init__(self, count=6, start=0.0):
        self.x = (np.arange(count * 9, dtype="float32") + np.float32(start)).reshape(count, 9)
        self.y = self.x[:, :1] * 2

    def __len__(self):
        return len(self.x)

    def __getitem__(self, index):
        return self.x[index].copy(), self.y[index].copy()


class Gathered(Points):
    """One that gathers batches."""

    def __getitems__(self, indices):
        return self.x[indices], self.y[indices]


class Noisy(Points):
    """One that augments."""

    def augmented(self, index, generator):
        x, y = self[index]
        return x + generator.standard_normal(9, dtype="float32"), y


def of(kind, **members):
    """Return a source of a class that differs from another one in a few members."""
    return type("Changed", (kind,), members)()


def look(source, engine="lightning"):
    """Return what is said of a source."""
    return told(Look(source, "train", "small", engine).faults(spread(len(source))))


def each(change):
    """Return a way to hand out samples: changed from those of a good source."""
    return {"__getitem__": lambda self, index: change(*Points.__getitem__(self, index))}
