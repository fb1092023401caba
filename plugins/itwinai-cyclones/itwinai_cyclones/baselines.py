"""What needs no network: the lowest pressure of a patch, all minima of a crop, and thresholds for them."""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import minimum_filter

Array = NDArray[np.float64]


def pressure_minimum(msl: NDArray[np.float32]) -> tuple[Array, Array]:
    """Return where the pressure of each patch is lowest, and how much it rises from there to the patch's edge.

    Args:
        msl: Patches [hPa], shape ``(N, Y, X)``.

    Returns:
        Rows and columns, shape ``(N, 2)``, and the lowest rise to any point of the edge [hPa], shape ``(N,)``.
    """
    flat = msl.reshape(len(msl), -1)
    lowest = flat.argmin(axis=1)
    edge = np.concatenate([msl[:, 0], msl[:, -1], msl[:, :, 0], msl[:, :, -1]], axis=1).min(axis=1)
    return np.stack(np.unravel_index(lowest, msl.shape[1:]), axis=1).astype(float), (edge - flat.min(axis=1)).astype(
        float
    )


def pressure_minima(msl: NDArray[np.float32], reach: int = 8) -> tuple[Array, Array]:
    """Return the rows and columns of all points with no lower pressure near them, shape ``(N,)`` each.

    Points on the edge do not count: the pressure may fall on beyond it.

    Args:
        msl: Part of a field [hPa], shape ``(Y, X)``.
        reach: Farthest row and column that is near [pixels].
    """
    lowest = msl == minimum_filter(msl, 2 * reach + 1, mode="nearest")
    rows, columns = np.nonzero(lowest[1:-1, 1:-1])
    return (rows + 1).astype(float), (columns + 1).astype(float)


def best_threshold(rise: Array, cyclone: NDArray[np.bool_]) -> float:
    """Return the rise [hPa] from which calling a patch a cyclone is right most often, recall and specificity alike.

    Args:
        rise: Of each training patch [hPa], shape ``(N,)``.
        cyclone: Which patches hold a cyclone, shape ``(N,)``.
    """
    candidates = np.quantile(rise, np.linspace(0, 1, 200))
    called = rise[None, :] >= candidates[:, None]
    skill = called[:, cyclone].mean(axis=1) - called[:, ~cyclone].mean(axis=1)
    return float(candidates[int(skill.argmax())])
