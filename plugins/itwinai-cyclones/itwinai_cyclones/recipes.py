"""How a variable is made of what the files hold: as it is, between two levels, or out of two winds."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from itwinai_cyclones.layers import family
from itwinai_cyclones.quantities import DERIVED, KNOWN, QUANTITIES, Quantity

Key = tuple[str, float | None]
"""Family of quantities, and level [hPa]."""

Held = Mapping[str, Collection[float | None]]
"""Levels that are there, by family."""

FARTHEST = 2.05
"""Largest ratio of two pressures between which a level is interpolated; 500 and 250 hPa will do."""


@dataclass(frozen=True)
class Mixture:
    """A quantity as a weighted sum of layers.

    Attributes:
        weights: By layer; they sum to one.
        exact: Whether it is one layer, the one that is wanted.
    """

    weights: Mapping[Key, float]
    exact: bool


@dataclass(frozen=True)
class Recipe:
    """How a variable is made.

    Attributes:
        name: Of the variable.
        parts: The variable itself, or the two winds that it is worked out from.
        notice: What to tell the user about it, or an empty text.
    """

    name: str
    parts: tuple[Mixture, ...]
    notice: str


def resolve(name: str, held: Held) -> Recipe | None:
    """Return the best way to a variable, or None: as it is, out of winds, then the same between levels.

    Args:
        name: Of the variable.
        held: What the files hold.
    """
    own = mixture(KNOWN[name], held)
    found = [mixture(KNOWN[part], held) for part in DERIVED.get(name, ())]
    parts = tuple(part for part in found if part is not None)
    whole = bool(found) and len(parts) == len(found)
    if own is not None and (own.exact or not whole or not all(part.exact for part in parts)):
        return Recipe(name, (own,), _told(name, own, derived=False))
    return Recipe(name, parts, _told(name, parts[0], derived=True)) if whole else None


def mixture(quantity: Quantity, held: Held) -> Mixture | None:
    """Return a quantity out of layers: the level itself, or its neighbours above and below, or None.

    Between levels it is linear in the logarithm of pressure, about as height is.

    Args:
        quantity: What is wanted.
        held: What the files hold.
    """
    levels = held.get(family(quantity), ())
    if quantity.level is None:
        return Mixture({(family(quantity), None): 1.0}, exact=True) if levels else None
    pressures = np.sort(np.array([level for level in levels if level is not None and level > 0], dtype=float))
    same = pressures[np.isclose(pressures, quantity.level, rtol=1e-3)]
    if len(same):
        return Mixture({(family(quantity), float(same[0])): 1.0}, exact=True)
    above, below = pressures[pressures < quantity.level], pressures[pressures > quantity.level]
    if not len(above) or not len(below) or below[0] > FARTHEST * above[-1]:
        return None
    share = float(np.log(quantity.level / above[-1]) / np.log(below[0] / above[-1]))
    layers: dict[Key, float] = {(family(quantity), float(above[-1])): 1 - share}
    layers[family(quantity), float(below[0])] = share
    return Mixture(layers, exact=False)


def _told(name: str, part: Mixture, *, derived: bool) -> str:
    """Return what is worth telling: that the level, or the vorticity, is not the file's own."""
    level = QUANTITIES[name].level
    told = f"{name} is worked out from the winds at {level:g} hPa" if derived and level is not None else ""
    if part.exact:
        return f"{told}." if told else ""
    between = " and ".join(f"{pressure:g}" for pressure in sorted((key[1] or 0 for key in part.weights), reverse=True))
    return (
        f"{f'{told}, and these are' if told else f'{name} is'} interpolated between {between} hPa, linearly in the "
        f"logarithm of pressure: no file holds {level:g} hPa."
    )
