"""One quantity on one level through all the files that hold it, in order of time."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from itwinai_cyclones.grids import regrid_of
from itwinai_cyclones.layers import Layer, not_understood
from itwinai_cyclones.moments import Moments
from itwinai_cyclones.opening import Opened, refuse_half_a_store
from itwinai_cyclones.quantities import FieldsError, Quantity
from itwinai_cyclones.regrid import Regrid

BURIED = 0.25
"""Largest share of a field that may lie below the ground."""


class NoValuesError(FieldsError):
    """A time holds no value at all."""


class Series:
    """A quantity on one level, by time.

    Args:
        quantity: What it is.
        layers: Of the files that hold it, in any order.
        opened: Opens files.

    Raises:
        FieldsError: times of two files are the same or of different calendars, a grid is no globe, or the last time
            holds no values.
    """

    def __init__(self, quantity: Quantity, layers: Sequence[Layer], opened: Opened) -> None:
        self._quantity = quantity
        self._layers = tuple(layers)
        self._opened = opened
        calendar = _one_calendar(layers)
        seconds = np.concatenate([layer.moments.seconds if layer.dated else [0] for layer in layers])
        order = np.argsort(seconds, kind="stable")
        self._layer = np.repeat(np.arange(len(layers)), [len(layer) for layer in layers])[order]
        self._place = np.concatenate([np.arange(len(layer)) for layer in layers])[order]
        self.moments = Moments(calendar, seconds[order].astype(np.int64))
        self.dated = all(layer.dated for layer in layers)
        self._refuse_doubles()
        for layer in layers:
            regrid_of(*layer.grid, str(layer.path))
            if layer.path.is_dir():
                refuse_half_a_store(layer.path, layer.variable)
        self._block: tuple[int, int, NDArray[np.floating]] = (-1, 0, np.empty(0))
        self._refuse_empty_end()

    def __len__(self) -> int:
        """Return the number of times."""
        return len(self._place)

    @property
    def name(self) -> str:
        """What the variable is called in the first file."""
        return self._layers[0].variable

    @property
    def paths(self) -> tuple[Path, ...]:
        """The files."""
        return tuple(layer.path for layer in self._layers)

    def read(self, index: int) -> tuple[NDArray[np.floating], Regrid]:
        """Return the values of one time, in the unit of the quantity, and the way to the model's grid.

        Args:
            index: Of the time.

        Returns:
            Values on the grid of the file, shape ``(Y, X)``, NaN below the ground; and an interpolation.

        Raises:
            NoValuesError: there is no value at that time.
            FieldsError: values are missing or cannot be, or the file breaks off.
        """
        which, place = int(self._layer[index]), int(self._place[index])
        layer = self._layers[which]
        there, first, values = self._block
        if there != which or not first <= place < first + len(values):
            first, values = place // layer.block * layer.block, np.empty(0)
            self._block = -1, 0, values  # let go of before more is read
            values = layer.read(self._opened(layer.path), first, min(first + layer.block, len(layer)))
            self._block = which, first, values
        field = values[place - first]
        self._check(layer, field, index)
        return field, regrid_of(*layer.grid, str(layer.path))

    def _check(self, layer: Layer, field: NDArray[np.floating], index: int) -> None:
        quantity, finite = self._quantity, np.isfinite(field)
        what = f"{layer.path} has {{}} in {layer.variable} at {self._when(index)}"
        empty = int(field.size - np.count_nonzero(finite))
        if empty == field.size:
            raise NoValuesError(f"{what.format('no value, only gaps,')}.\nPart of it was not written: get it again.")
        if empty > (BURIED * field.size if quantity.below_ground else 0):
            raise FieldsError(
                f"{what.format(f'{empty} of {field.size} values missing')}.\n"
                "The network needs whole fields: fill the gaps first."
            )
        lowest, highest = float(np.nanmin(field)), float(np.nanmax(field))
        least, most = quantity.possible
        if lowest < least or highest > most:
            median = float(np.nanmedian(field))
            if not least <= median <= most:
                raw = (median - layer.convert[1]) / layer.convert[0]
                array = self._opened(layer.path)[layer.variable]
                raise FieldsError(not_understood(str(layer.path), array, raw, quantity))
            odd = lowest if lowest < least else highest
            raise FieldsError(
                f"{what.format(f'a value of {odd:g} {quantity.unit}')}: no {quantity.title}.\n"
                "It is a mark of gaps that '_FillValue' does not declare, or the file is damaged: declare it, or get "
                "the file again."
            )

    def _when(self, index: int) -> str:
        return self.moments.at(index) if self.dated else f"time {index}"

    def _refuse_empty_end(self) -> None:
        """Raise where the last time holds no value: what was not written to its end looks like that."""
        try:
            self.read(len(self) - 1)
        except NoValuesError as error:
            last = self._layers[int(self._layer[-1])]
            raise FieldsError(
                f"{last.path} holds no value of {last.variable} at its last time, {self._when(len(self) - 1)}, only "
                "gaps.\nPart of it was not written or not copied: get it again."
            ) from error

    def _refuse_doubles(self) -> None:
        if len(self._layers) == 1:
            return
        undated = [layer.path for layer in self._layers if not layer.dated]
        if undated:
            raise FieldsError(
                f"{' and '.join(str(layer.path) for layer in self._layers[:2])} both hold {self.name}, and "
                f"{undated[0]} does not say when.\nGive one of them, or files with a time."
            )
        twice = np.flatnonzero(np.diff(self.moments.seconds) == 0)
        if len(twice):
            one, other = (self._layers[int(self._layer[twice[0] + i])].path for i in (0, 1))
            raise FieldsError(
                f"{one} and {other} both hold {self.name} at {self.moments.at(int(twice[0]))}, one of {len(twice)} "
                "such times.\nGive files that follow one another, each time once."
            )


def _one_calendar(layers: Sequence[Layer]) -> str:
    calendars: dict[str, Path] = {}
    for layer in layers:
        calendars.setdefault(layer.moments.calendar, layer.path)
    _refuse_calendars(calendars)
    return next(iter(calendars))


def _refuse_calendars(calendars: Mapping[str, Path]) -> None:
    if len(calendars) > 1:
        told = ", ".join(f"{name or 'no dates'} in {path}" for name, path in calendars.items())
        raise FieldsError(f"The files are of different calendars: {told}.\nGive files of one model at a time.")


def refuse_other_times(series: Sequence[Series]) -> None:
    """Raise where variables do not hold the same times.

    Args:
        series: All that are read together.

    Raises:
        FieldsError: they differ in their calendar or in a time.
    """
    dated = [one for one in series if one.dated]
    _refuse_calendars({one.moments.calendar: one.paths[0] for one in reversed(dated)})
    first = max(dated or series, key=len)
    for other in series:
        if len(other) == len(first) and (not other.dated or (other.moments.seconds == first.moments.seconds).all()):
            continue
        only = np.setdiff1d(first.moments.seconds, other.moments.seconds)
        lacks = f": {other.name} lacks {Moments(first.moments.calendar, only[:1]).texts()[0]}" if len(only) else ""
        raise FieldsError(
            f"{_files(first)} and {_files(other)} hold different times of {first.name} and {other.name}, {len(first)} "
            f"and {len(other)} of them{lacks}.\nGive files that cover the same times, at the same hours."
        )


def _files(series: Series) -> str:
    more = len(series.paths) - 1
    return f"{series.paths[0]}{f' and {more} more' if more else ''}"
