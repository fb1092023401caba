"""Interpolates between grids of latitude and longitude, a matrix a direction."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from itwinai_cyclones.geodesy import COLUMNS, ROWS, to_degrees

Array = NDArray[np.float64]


def model_axes() -> tuple[Array, Array]:
    """Return the latitudes, shape ``(721,)``, and longitudes, shape ``(1440,)``, of the model's grid [°]."""
    latitude, _ = to_degrees(np.arange(ROWS), 0)
    _, longitude = to_degrees(0, np.arange(COLUMNS))
    return latitude, longitude


def source_axes(resolution: float) -> tuple[Array, Array]:
    """Return the axes of a global grid with rows on both poles and a column on Greenwich.

    Args:
        resolution: Distance between grid points [°].

    Returns:
        Latitudes from 90 to -90 and longitudes from 0 to below 360 [°].
    """
    columns = round(360 / resolution)
    return np.linspace(90, -90, round(180 / resolution) + 1), np.linspace(0, 360, columns, endpoint=False)


def cubic_weights(points: Array, targets: Array) -> csr_array:
    """Return the matrix that takes values at some points to values at others.

    The cubic through the four points around a target also bends between grid points: a straight line would never put a
    pressure minimum anywhere but on the coarse grid. Near the ends the outermost four points are used.

    Args:
        points: Where values are known, increasing, shape ``(N,)`` with at least four.
        targets: Where they are wanted, within the range of ``points``, shape ``(M,)``.

    Returns:
        Weights of Lagrange's polynomials, shape ``(M, N)``; each row sums to one.
    """
    first = np.clip(np.searchsorted(points, targets, side="right") - 2, 0, len(points) - 4)
    columns = first[:, None] + np.arange(4)
    near = points[columns]
    weights = np.ones((len(targets), 4))
    for i in range(4):
        for j in range(4):
            if i != j:
                weights[:, i] *= (targets - near[:, j]) / (near[:, i] - near[:, j])
    rows = np.repeat(np.arange(len(targets)), 4)
    return csr_array((weights.ravel(), (rows, columns.ravel())), shape=(len(targets), len(points)))


class Regrid:
    """Interpolates global fields from one grid to another, across the meridian where the longitudes start.

    Args:
        latitude: Of the source, either way, shape ``(Y,)`` [°].
        longitude: Of the source, one turn from any start, increasing, shape ``(X,)`` [°].
        onto: Latitudes and longitudes wanted [°].
        columns: Column of a field that belongs to each longitude, where they are not in order, shape ``(X,)``.
    """

    def __init__(
        self,
        latitude: Array,
        longitude: Array,
        onto: tuple[Array, Array],
        columns: NDArray[np.intp] | None = None,
    ) -> None:
        order = np.argsort(latitude)
        rows = cubic_weights(latitude[order], np.clip(onto[0], latitude.min(), latitude.max()))
        self._north = rows[:, np.argsort(order)]
        # Three columns from the other end on either side, so that every target has two neighbours left and right.
        around = np.concatenate([longitude[-3:] - 360, longitude, longitude[:3] + 360])
        east = cubic_weights(around, (onto[1] - longitude[0]) % 360 + longitude[0])
        inner = east[:, 3:-3].tolil()
        inner[:, -3:] += east[:, :3]
        inner[:, :3] += east[:, -3:]
        self._east = inner.tocsr()
        self._columns = np.arange(len(longitude)) if columns is None else columns

    def __call__(self, field: NDArray[np.floating]) -> NDArray[np.float32]:
        """Return the field on the other grid.

        Args:
            field: On the source grid, shape ``(Y, X)``.
        """
        return self.exact(field).astype(np.float32)

    def exact(self, field: NDArray[np.floating]) -> Array:
        """Return the field on the other grid, in double precision.

        Args:
            field: On the source grid, shape ``(Y, X)``.
        """
        # East first: the larger of the two products then comes out in rows, and nothing has to be turned.
        return np.asarray(self._north @ (self._east @ field[:, self._columns].T).T)
