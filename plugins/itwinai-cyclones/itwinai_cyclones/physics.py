"""The physical check of a centre: does the pressure close a contour around it, is its core warm, how likely is it."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import label

from itwinai_cyclones.geodesy import KM_PER_DEGREE, STEP, great_circle_km, window

NARROW, WIDE = 2.0, 5.5
"""Distances within which a rise of pressure is measured [°]; the second is that of Ullrich and Zarzycki (2017)."""

CORE, RING = 150.0, (500.0, 800.0)
"""Radius of the core, and of the ring around it that it is compared with [km]."""

HIGHEST = MappingProxyType({"narrow": 8.0, "wide": 12.0, "core": 4.0})
"""Evidence beyond these counts no more [hPa, hPa, K]: what is deeper needs no further proof."""

WEIGHTS: Mapping[bool, tuple[float, ...]] = MappingProxyType(
    {False: (-2.963, 3.318, 0.494, -0.235), True: (-1.951, 2.844, 1.256, -1.019, 1.583)}
)
"""Of one, the network's logit, the rise within 2° and within 5.5° [1/hPa], and, where temperatures aloft are known, the
warmth of the core [1/K]. A wide low counts against a cyclone, a steep and warm one for it.

Fitted by logistic regression to what a compact network proposes in 150 generated fields of 2011 to 2013, which it was
not trained on: of 1° with wind alone, and of 0.25° with gust and both temperatures. Storms that count neither way were
left out.
"""


def closed(msl: NDArray[np.float32], latitude: float, longitude: float, rise: float, within_degrees: float) -> bool:
    """Return whether the pressure rises by some amount all around a place before some distance.

    The water of a bowl that is filled up to the rise must not run farther than the distance.

    Args:
        msl: Pressure on the model's grid [hPa], shape ``(721, 1440)``.
        latitude: Where to start [°].
        longitude: Where to start [°].
        rise: How much [hPa]; 0 asks for nothing.
        within_degrees: Before which distance [°].

    Source:
        The closed-contour criterion of Ullrich and Zarzycki, Geosci. Model Dev. 10, 1069 (2017).
    """
    return rise <= 0 or _contours(msl, latitude, longitude, within_degrees)(rise)


def rise_around(
    msl: NDArray[np.float32], latitude: float, longitude: float, within_degrees: float, highest: float
) -> float:
    """Return the highest rise of pressure that closes around a place [hPa], to a hundredth of the highest asked for.

    Args:
        msl: Pressure on the model's grid [hPa], shape ``(721, 1440)``.
        latitude: Where to start [°].
        longitude: Where to start [°].
        within_degrees: Distance before which it must close [°].
        highest: Rise beyond which nothing is asked for [hPa].

    Returns:
        From 0 to ``highest``.
    """
    closes = _contours(msl, latitude, longitude, within_degrees)
    if closes(highest):
        return highest
    least, most = 0.0, highest
    while most - least > highest / 100:
        between = (least + most) / 2
        least, most = (between, most) if closes(between) else (least, between)
    return least


def _contours(
    msl: NDArray[np.float32], latitude: float, longitude: float, within_degrees: float
) -> Callable[[float], bool]:
    """Return a function that tells whether a rise of pressure closes around a place before some distance."""
    # Metres are enough: the last digits of a distance depend on the meridian that longitudes are counted from.
    reach = round(within_degrees * KM_PER_DEGREE, 3)
    north, east, values = window(msl, latitude, longitude, reach + 2 * STEP * KM_PER_DEGREE)
    distance = np.round(great_circle_km(latitude, longitude, north, east), 3)
    middle = np.unravel_index(int(distance.argmin()), distance.shape)

    def closes(rise: float) -> bool:
        pools, _ = label(values < values[middle] + rise)
        return bool(distance[pools == pools[middle]].max() < reach)

    return closes


def warmth(fields: NDArray[np.float32], variables: tuple[str, ...], latitude: float, longitude: float) -> float | None:
    """Return how much warmer the core of a centre is aloft than the air around it [K].

    Args:
        fields: On the model's grid, shape ``(C, 721, 1440)``.
        variables: What the channels are.
        latitude: Of the centre [°].
        longitude: Of the centre [°].

    Returns:
        Mean over the temperatures at hand, None where there is none.
    """
    differences = []
    for name in ("t_300", "t_500"):
        if name in variables:
            north, east, values = window(fields[variables.index(name)], latitude, longitude, RING[1])
            distance = great_circle_km(latitude, longitude, north, east)
            ring = (distance >= RING[0]) & (distance <= RING[1])
            differences.append(values[distance <= CORE].mean() - values[ring].mean())
    return float(np.mean(differences)) if differences else None


def likelihood(score: float, narrow: float, wide: float, core: float | None) -> float:
    """Return the probability that a proposal is a tropical cyclone, from 0 to 1.

    Args:
        score: Of the network, from 0 to 1.
        narrow: Rise of pressure that closes within 2° [hPa].
        wide: Rise of pressure that closes within 5.5° [hPa].
        core: How much warmer the core is than its surroundings [K], None where it is not known.
    """
    score = min(max(score, 1e-6), 1 - 1e-6)
    evidence = [1.0, float(np.log(score / (1 - score))), min(narrow, HIGHEST["narrow"]), min(wide, HIGHEST["wide"])]
    if core is not None:
        evidence.append(float(np.clip(core, -1, HIGHEST["core"])))
    return float(1 / (1 + np.exp(-np.dot(WEIGHTS[core is not None], evidence))))
