"""Text that others wrote, made fit to be printed."""

from __future__ import annotations

_READ = 2000  # of a text that may be endless


def printable(text: str) -> str:
    """Return text with signs that would move a terminal's cursor, or are no text at all, spelt out."""
    return text if text.isprintable() else "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in text)


def on_one_line(text: str, longest: int) -> str:
    """Return the beginning of a text on one line, with dots where it is cut.

    Args:
        text: Of any length.
        longest: Characters that may come back, at least 3.
    """
    flat = printable(" ".join(text[:_READ].split()))
    return flat if len(flat) <= longest else f"{flat[: longest - 3]}..."
