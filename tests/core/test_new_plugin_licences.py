"""The licences that a new plugin may have are the texts that others ship."""

import re
from importlib.metadata import distribution
from pathlib import Path

import pytest

from itwinai_core.new_plugin.choices import Choices
from itwinai_core.new_plugin.render import render

ROOT = Path(__file__).parents[2]


def licence(terms):
    """Return the text of a licence as Ada's plugin gets it."""
    return render(Choices("tides", "keras", license=terms, author="Ada"))["LICENSE"].decode()


@pytest.mark.parametrize(
    ("terms", "owner", "place"),
    [("mit", "pluggy", "Permission is hereby"), ("bsd-3-clause", "click", "Redistribution and use")],
)
def test_a_short_licence_reads_as_others_ship_it(terms, owner, place):
    ours = licence(terms).partition(place)[2]
    theirs = shipped(owner).partition(place)[2]
    assert ours
    assert words(ours) == words(theirs)


def test_the_apache_licence_is_that_of_the_core_with_its_appendix_filled_in():
    ours = licence("apache-2.0").splitlines()
    theirs = (ROOT / "LICENSE").read_text(encoding="utf-8").splitlines()
    changed = [line for line, other in zip(ours, theirs, strict=True) if line != other]
    assert len(changed) == 1
    assert re.fullmatch(r" +Copyright 20\d\d Ada", changed[0])


def test_the_gnu_licence_stands_there_in_full_below_the_notice_that_applies_it():
    text = licence("gpl-3.0-or-later")
    notice, _, terms = text.partition("-" * 72)
    assert re.search(r"^Copyright \(C\) 20\d\d Ada$", notice, re.MULTILINE)
    assert "any later version" in notice
    theirs = shipped("gwpy").replace("http://", "https://")
    assert words(terms.replace("http://", "https://")) == words(theirs.replace("philosophy/why", "licenses/why"))


def shipped(owner):
    """Return the licence that an installed distribution carries."""
    found = distribution(owner)
    (path,) = (path for path in found.files if re.search(r"dist-info/(licenses/)?(LICENSE|COPYING)", str(path)))
    return path.locate().read_text(encoding="utf-8")


def words(text):
    """Return the words of a licence, without the marks that editions differ in."""
    return re.sub(r"[^a-z]+", " ", text.lower()).split()
