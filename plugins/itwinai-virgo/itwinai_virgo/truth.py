"""What is known about generated data: its glitches, its signals, and the strain without what witnesses explain."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from itwinai_virgo.strain import Channel


@dataclass(frozen=True)
class Glitch:
    """The truth about one glitch.

    Attributes:
        family: Name of its family.
        gps: Time of its centre, GPS [s].
        snr: Matched-filter ratio in the strain, 0 where only the witness saw it.
        witness: Channel that saw its cause, empty where none did.
        witness_snr: Matched-filter ratio in that channel.
    """

    family: str
    gps: float
    snr: float
    witness: str
    witness_snr: float


@dataclass(frozen=True)
class Chirp:
    """The truth about one signal of a compact binary, which no witness sees.

    Attributes:
        gps: Time of the merger, GPS [s].
        start: Time at which it enters the band, GPS [s].
        snr: Matched-filter ratio in the strain.
        masses: Masses of the two bodies in the detector's frame [solar masses], the heavier first.
    """

    gps: float
    start: float
    snr: float
    masses: tuple[float, float]


@dataclass(frozen=True)
class Truth:
    """All that is known about a stretch of generated data.

    Attributes:
        glitches: In order of time.
        chirps: In order of time.
        clean: Strain without what the witnesses' noise and glitches put there; its own noise, unwitnessed glitches and
            chirps stay. None where it is not known.
    """

    glitches: tuple[Glitch, ...] = ()
    chirps: tuple[Chirp, ...] = ()
    clean: Channel | None = None

    def between(self, start: float, stop: float) -> Truth:
        """Return what is known about the part between two GPS times [s]."""
        return Truth(
            tuple(glitch for glitch in self.glitches if start <= glitch.gps < stop),
            tuple(chirp for chirp in self.chirps if start <= chirp.gps < stop),
            None if self.clean is None else self.clean.between(start, stop),
        )

    def events(self) -> list[dict[str, Any]]:
        """Return glitches and chirps as plain values, in order of time, for JSON."""
        found = [{"kind": "glitch", **asdict(glitch)} for glitch in self.glitches]
        found += [{"kind": "chirp", **asdict(chirp)} for chirp in self.chirps]
        return sorted(found, key=lambda event: float(event["gps"]))


NOTHING_KNOWN = Truth()
"""The truth about recorded data."""
