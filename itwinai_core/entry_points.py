"""Entry points that Python cannot read: passed over, so that a broken package keeps no framework from loading.

torch and Lightning ask Python for the entry points of all installed packages, and Python raises where the file of one
is no text, or has a line without an equals sign. This module stands alone, so that a fresh interpreter runs it at once.
"""

from importlib.metadata import Distribution, EntryPoints

_reads = Distribution.entry_points.fget  # type: ignore[attr-defined]  # a property


def pass_over_unreadable() -> None:
    """Have Python find no entry points, in place of an error, in a package whose file of them is broken."""
    Distribution.entry_points = property(_readable)  # type: ignore[assignment]  # what Python itself looks up


def _readable(distribution: Distribution) -> EntryPoints:
    try:
        found: EntryPoints = _reads(distribution)
    except (ValueError, TypeError, OSError):
        return EntryPoints()
    return found
