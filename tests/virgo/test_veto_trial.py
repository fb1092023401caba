"""The judgement of vetoes counts what is caught, what is spared, and what is flagged for nothing."""

import numpy as np
import pytest

from itwinai_virgo.coincidences import explained, shared
from itwinai_virgo.images import Images
from itwinai_virgo.truth import NOTHING_KNOWN, Chirp, Glitch, Truth
from itwinai_virgo.veto_trial import judged_vetoes
from itwinai_virgo.vetoes import columns

WINDOW = 4.0
START = 1000.0


def at(gps):
    """Return window and column of a time."""
    return int((gps - START) // WINDOW), int((gps - START) % WINDOW / WINDOW * 64)


@pytest.fixture
def judge(rng):
    """Return what judges vetoes of noise with loud tiles in the strain, and in its witness, at some times."""
    strain, witness = rng.exponential(size=(2, 60, 1, 16, 64))

    def judged(both, alone, truth):
        for energy, times in ((strain, [*both, *alone]), (witness, both)):
            for gps in times:
                window, column = at(gps)
                energy[window, 0, 6:9, max(column - 1, 0) : column + 2] += 80.0
        scaled = [np.log1p(energy).astype(np.float32) for energy in (witness, strain)]
        part = Images(*scaled, START + WINDOW * np.arange(60), None, truth)
        own, seen = strain[:, 0], witness[:, 0]
        evidence = [explained(own, seen, WINDOW / 64), *shared(own, witness, seen)]
        return judged_vetoes(part, columns(evidence, part.gps, WINDOW), 0.02)

    return judged


def test_coupled_glitches_are_caught_and_signals_spared(judge):
    both, alone = [1010.5, 1101.0, 1150.3, 1201.7], [1050.0, 1130.5]
    glitches = tuple(Glitch("whistle", gps, 20.0, "V1:X", 15.0) for gps in both)
    chirps = tuple(Chirp(gps, gps - 1.0, 20.0, (30.0, 20.0)) for gps in alone)
    found = judge(both, alone, Truth(glitches, chirps))
    assert found.scores["veto_efficiency"] == found.scores["veto_efficiency_whistle"] == 1.0
    assert found.scores["veto_chirps_touched"] == 0.0
    assert found.scores["veto_chirps"] == 2.0
    assert found.scores["veto_dead_time"] <= 0.02
    assert found.curve.area > 0.98


def test_use_is_the_part_of_segments_that_hold_a_glitch(judge):
    both = [1010.5, 1101.0]
    found = judge(both, [], Truth(tuple(Glitch("tomte", gps, 20.0, "V1:X", 15.0) for gps in both)))
    assert found.scores["veto_use"] == pytest.approx(2 / len(found.segments))
    assert found.scores["veto_efficiency_over_dead_time"] == pytest.approx(1 / found.scores["veto_dead_time"])


def test_weak_and_unwitnessed_glitches_are_not_to_be_caught(judge):
    glitches = (Glitch("blip", 1050.0, 30.0, "", 0.0), Glitch("whistle", 1090.0, 6.0, "V1:X", 6.0))
    found = judge([], [1050.0], Truth(glitches))
    assert "veto_efficiency" not in found.scores
    assert found.scores["veto_efficiency_unwitnessed"] == 0.0
    assert found.curve is None


def test_loud_tiles_stand_for_glitches_of_recorded_strain(judge):
    both = [1010.5, 1101.0, 1150.3]
    found = judge(both, [], NOTHING_KNOWN)
    assert found.scores["veto_efficiency_loud"] == 1.0
    assert "veto_efficiency" not in found.scores
    assert 0.0 < found.scores["veto_use_loud"] <= 1.0


def test_nothing_to_catch_has_no_efficiency(judge):
    found = judge(
        [], [], Truth(chirps=(Chirp(1500.0, 1499.0, 9.0, (9.0, 9.0)),), glitches=(Glitch("a", 1e9, 20, "", 0),))
    )
    assert found.curve is None
    assert "veto_chirps" not in found.scores


def test_a_signal_under_a_glitch_that_is_caught_is_not_counted(judge):
    glitches = tuple(Glitch("whistle", gps, 20.0, "V1:X", 15.0) for gps in (1010.5, 1101.0))
    found = judge([1010.5, 1101.0], [], Truth(glitches, (Chirp(1101.1, 1100.0, 20.0, (30.0, 20.0)),)))
    assert "veto_chirps_touched" not in found.scores
    assert found.scores["veto_chirps_under_glitches"] == 1.0
