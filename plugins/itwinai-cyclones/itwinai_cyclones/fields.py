"""Reads fields out of netCDF and Zarr: finds variables, puts files together, brings them to the model's grid."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation

from itwinai_cyclones.layers import Layer, family, survey
from itwinai_cyclones.opening import Opened
from itwinai_cyclones.quantities import DERIVED, KNOWN, QUANTITIES, FieldsError, Quantity
from itwinai_cyclones.recipes import Key, Mixture, Recipe, resolve
from itwinai_cyclones.regrid import model_axes
from itwinai_cyclones.series import NoValuesError, Series, refuse_other_times
from itwinai_cyclones.vorticity import cyclonic, relative_vorticity

Array = NDArray[np.float64]
Watch = Callable[[Sequence[Path]], Iterable[Path]]


class Fields:
    """The fields of one or several files, as one record in order of time.

    A variable may lie in one file or in many, one after another in time, alone or together with others. The files are
    looked through once; after that a few at a time are open, and only the times that are asked for are read.

    Args:
        paths: netCDF files or Zarr stores, in any order.
        variables: Which fields are wanted, in this order.
        watch: Yields the paths, e.g. while a progress bar shows how many are looked through.

    Raises:
        FieldsError: a file cannot be read, a variable is missing, its units are unknown, its times do not fit, or the
            grid is no globe.
    """

    def __init__(self, paths: Sequence[Path], variables: Sequence[str], watch: Watch = iter) -> None:
        self.paths = tuple(dict.fromkeys(paths))
        self.variables = tuple(variables)
        opened = Opened()
        wanted = {family(part): part for part in _with_parts(variables)}
        layers, troubles = self._survey(opened, wanted, watch)
        held = _levels(layers)
        recipes = {name: resolve(name, held) for name in variables}
        self._recipes = tuple(recipe for recipe in recipes.values() if recipe is not None)
        missing = [name for name, recipe in recipes.items() if recipe is None]
        keys = {key for recipe in self._recipes for part in recipe.parts for key in part.weights}
        for kind in (*(family(part) for part in _with_parts(missing)), *(kind for kind, _ in keys)):
            # What nobody needs may be as odd as it likes.
            if kind in troubles:
                raise troubles[kind]
        if missing:
            raise FieldsError(self._missing(missing, opened))
        self.notices = tuple(recipe.notice for recipe in self._recipes if recipe.notice)
        """What to tell about variables that no file holds as they are."""
        opened.most = max(2, len(keys))
        self._series = {key: Series(wanted[key[0]], layers[key], opened) for key in sorted(keys, key=str)}
        refuse_other_times(list(self._series.values()))
        for index in dict.fromkeys((len(self._clock) - 1, 0)):
            # What does not serve is told before any work is done; what is cut short is most often so at its end.
            with suppress(NoValuesError):
                self.at(index)

    @cached_property
    def times(self) -> list[str]:
        """Times as text, ISO 8601, in any calendar; one empty text where the files have no time."""
        return self._clock.moments.texts() if self._clock.dated else [""] * len(self._clock)

    @property
    def calendar(self) -> str:
        """Calendar of the times, by its name in the CF conventions; empty where the files tell no dates."""
        return self._clock.moments.calendar

    def at(self, index: int) -> NDArray[np.float32]:
        """Return the fields of one time on the model's grid, in the units of ``QUANTITIES``.

        Args:
            index: Position in ``times``.

        Returns:
            Shape ``(C, 721, 1440)``.

        Raises:
            NoValuesError: a variable holds no value at that time.
            FieldsError: some values are missing, or the file breaks off.
        """
        return np.stack([self._made(recipe, index) for recipe in self._recipes])

    @property
    def _clock(self) -> Series:
        """What tells the time: any of the series that know it."""
        return max(self._series.values(), key=lambda one: one.dated)

    @property
    def _where(self) -> str:
        more = len(self.paths) - 3
        return ", ".join(map(str, self.paths[:3])) + (f" and {more} more" if more > 0 else "")

    def _survey(
        self, opened: Opened, wanted: dict[str, Quantity], watch: Watch
    ) -> tuple[dict[Key, list[Layer]], dict[str, FieldsError]]:
        """Return the layers of all files by family and level, and what was wrong with a family in one of them."""
        layers: dict[Key, list[Layer]] = {}
        troubles: dict[str, FieldsError] = {}
        for path in watch(self.paths):
            data = opened(path)
            for kind, quantity in wanted.items():
                try:
                    for layer in survey(path, data, quantity):
                        layers.setdefault((kind, layer.level), []).append(layer)
                except FieldsError as error:
                    troubles.setdefault(kind, error)
        return layers, troubles

    def _made(self, recipe: Recipe, index: int) -> NDArray[np.float32]:
        """Return a variable of one time on the model's grid."""
        quantity, (latitude, longitude) = QUANTITIES[recipe.name], model_axes()
        parts = [self._mixed(part, index) for part in recipe.parts]
        field, buried = parts[0]
        if recipe.name == "vo_850":
            if len(parts) > 1:
                field = 1e5 * relative_vorticity(field, parts[1][0], latitude, longitude)
                buried = binary_dilation(buried | parts[1][1], np.ones((3, 3)))
            field = np.where(buried, 0.0, cyclonic(field, latitude))
        elif len(parts) > 1:
            field = np.hypot(field, parts[1][0])
        median = float(np.median(field[::4, ::4]))
        if not quantity.plausible[0] <= median <= quantity.plausible[1]:
            where = self.times[index] or f"time {index}"
            raise FieldsError(
                f"{self._where} {'hold' if len(self.paths) > 1 else 'holds'} {recipe.name} with a median of "
                f"{median:g} {quantity.unit} "
                f"at {where}: no {quantity.title}, whose median lies between {quantity.plausible[0]:g} and "
                f"{quantity.plausible[1]:g} {quantity.unit}.\n"
                "Correct the attribute 'units', or get the file again if part of it was not written."
            )
        return field.astype(np.float32)

    def _mixed(self, part: Mixture, index: int) -> tuple[Array, NDArray[np.bool_]]:
        """Return a weighted sum of layers on the model's grid, and where it lies below the ground."""
        total, buried = np.zeros(()), np.zeros((), dtype=bool)
        for key, weight in part.weights.items():
            values, regrid = self._series[key].read(index)
            gaps = ~np.isfinite(values)
            total = total + weight * regrid.exact(np.where(gaps, 0.0, values))
            if gaps.any():
                buried = buried | (np.abs(regrid.exact(gaps.astype(float))) > 1e-6)
        return total, np.broadcast_to(buried, total.shape)

    def _missing(self, missing: Sequence[str], opened: Opened) -> str:
        """Return the message about variables that no file holds."""
        name, quantity = missing[0], QUANTITIES[missing[0]]
        layers, _ = self._survey(opened, {family(other): other for other in KNOWN.values()}, iter)
        held, named = _levels(layers), {str(found) for path in self.paths for found in opened(path).data_vars}
        where, there = self._where, held.get(family(quantity))
        if there:
            levels = ", ".join(f"{level:g}" for level in sorted(filter(None, there), reverse=True))
            reason = (
                f"{where} holds {family(quantity)} on the levels {levels} hPa, but {quantity.title} is wanted, and "
                "none of them is near enough above and below.\n"
            )
        else:
            names = [f"{alias}, {alias}{quantity.level:g}" if quantity.level else alias for alias in quantity.aliases]
            parts = [f"{part} ({', '.join(KNOWN[part].aliases)})" for part in DERIVED.get(name, ())]
            reason = (
                f"{where} has no {name} ({quantity.title}).\n"
                f"Found: {', '.join(sorted(named)) or 'no variable'}.\n"
                f"Looked for the standard_name {' or '.join(quantity.standard_names)}, then for a variable called "
                f"{', '.join(names)}{', or ' + ' and '.join(parts) + ' to work it out from' if parts else ''}.\n"
            )
        known = [other for other in QUANTITIES if resolve(other, held) is not None]
        return (
            f"{reason}The network was trained on {', '.join(self.variables)}; of these the files hold "
            f"{', '.join(name for name in self.variables if name in known) or 'none'}.\n"
            "Give the files that hold the others, rename their variables, or train with "
            f"settings.data.variables=[{','.join(known or ['msl'])}]."
        )


def _with_parts(variables: Iterable[str]) -> list[Quantity]:
    """Return variables, and what they may be worked out from."""
    return [KNOWN[part] for name in variables for part in (name, *DERIVED.get(name, ()))]


def _levels(layers: Iterable[Key]) -> dict[str, set[float | None]]:
    """Return the levels of each family."""
    held: dict[str, set[float | None]] = {}
    for kind, level in layers:
        held.setdefault(kind, set()).add(level)
    return held
