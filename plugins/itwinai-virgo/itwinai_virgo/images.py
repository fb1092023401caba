"""Images of strain and witnesses, window by window, as the network takes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from itwinai_virgo.truth import NOTHING_KNOWN, Truth

if TYPE_CHECKING:
    from itwinai_virgo.channels import Recording
    from itwinai_virgo.settings import Task


def scaled(energy: np.ndarray) -> np.ndarray:
    """Return energies as ``ln(1 + E)``, which a loud glitch does not rule; a spline's overshoots below 0 become 0."""
    return np.asarray(np.log1p(np.maximum(energy, 0.0)))


@dataclass(frozen=True)
class Images:
    """One part of the data: a source of pairs of input images and target image.

    Of the task ``noise`` the input is the witnesses and the target the strain; of ``denoise`` the input is strain and
    witnesses, the target the clean strain.

    Attributes:
        witnesses: Scaled energies ``ln(1 + E)``, shape ``(N, C, F, T)``.
        strain: Likewise of the strain, shape ``(N, 1, F, T)``.
        gps: Start of each window, GPS [s], shape ``(N,)``; its row in the file where there is no recording.
        recording: What the windows were cut from, before whitening, not-a-number in its gaps; None where images alone
            were given.
        truth: What is known about the stretch, where it was generated.
        clean: Likewise of the strain without what witnesses explain, in the scale of ``strain``; None where unknown.
        task: What the network learns.
    """

    witnesses: np.ndarray
    strain: np.ndarray
    gps: np.ndarray
    recording: Recording | None
    truth: Truth = NOTHING_KNOWN
    clean: np.ndarray | None = None
    task: Task = "noise"

    @property
    def inputs(self) -> np.ndarray:
        """What the network is given, shape ``(N, C, F, T)``; for ``denoise`` the strain comes first."""
        return self.witnesses if self.task == "noise" else np.concatenate([self.strain, self.witnesses], axis=1)

    @property
    def target(self) -> np.ndarray:
        """What the network is to answer, shape ``(N, 1, F, T)``."""
        return self.strain if self.task == "noise" or self.clean is None else self.clean

    def __len__(self) -> int:
        return len(self.gps)

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the images of one window, ``(C, F, T)`` and ``(1, F, T)``."""
        inputs, target = self.__getitems__([index])
        return inputs[0], target[0]

    def __getitems__(self, indices: list[int]) -> tuple[np.ndarray, np.ndarray]:
        """Return the images of a batch of windows."""
        if self.task == "noise":
            return self.witnesses[indices], self.strain[indices]
        return np.concatenate([self.strain[indices], self.witnesses[indices]], axis=1), self.target[indices]
