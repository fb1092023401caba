"""Units as files spell them, and the factor and offset that lead to those of the network."""

from collections.abc import Mapping

Conversion = tuple[float, float]
"""A factor and then an offset."""

PASCALS: Mapping[str, Conversion] = {
    "Pa": (0.01, 0.0),
    "hPa": (1.0, 0.0),
    "mbar": (1.0, 0.0),
    "mb": (1.0, 0.0),
    "millibar": (1.0, 0.0),
    "millibars": (1.0, 0.0),
    "pascal": (0.01, 0.0),
    "pascals": (0.01, 0.0),
    "hectopascals": (1.0, 0.0),
    "kPa": (10.0, 0.0),
}
"""Of pressure, to hPa."""

SPEEDS: Mapping[str, Conversion] = {
    "m s-1": (1.0, 0.0),
    "m/s": (1.0, 0.0),
    "meters per second": (1.0, 0.0),
    "metre second-1": (1.0, 0.0),
    "knots": (0.514444, 0.0),
    "knot": (0.514444, 0.0),
    "kt": (0.514444, 0.0),
    "km/h": (1 / 3.6, 0.0),
    "km h-1": (1 / 3.6, 0.0),
}
"""Of wind, to m/s."""

KELVINS: Mapping[str, Conversion] = {
    "K": (1.0, 0.0),
    "kelvin": (1.0, 0.0),
    "degC": (1.0, 273.15),
    "deg C": (1.0, 273.15),
    "°C": (1.0, 273.15),
    "Celsius": (1.0, 273.15),
    "degree Celsius": (1.0, 273.15),
    "degrees Celsius": (1.0, 273.15),
}
"""Of temperature, to K."""

ROTATIONS: Mapping[str, Conversion] = {"s-1": (1e5, 0.0), "1/s": (1e5, 0.0), "1e-5 s-1": (1.0, 0.0)}
"""Of vorticity, to 1e-5/s."""


def plain(units: str) -> str:
    """Return units without what differs between spellings of the same: case, powers, underlines, blanks.

    Args:
        units: As a file states them, e.g. ``m s**-1``.
    """
    return " ".join(units.casefold().replace("**", "").replace("^", "").replace("_", " ").split())


def conversion(units: str, known: Mapping[str, Conversion]) -> Conversion | None:
    """Return factor and offset of some units, or None where they are not known.

    Args:
        units: As a file states them.
        known: Of one dimension, e.g. ``PASCALS``.
    """
    return {plain(name): found for name, found in known.items()}.get(plain(units))
