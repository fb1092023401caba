"""A plugin that was written for another core, or lacks what it asks for, is refused before it is imported."""

from importlib.metadata import EntryPoint, distributions, version

import pytest

from itwinai_core import API_VERSION
from itwinai_core.plugins.record import Plugin
from itwinai_core.plugins.requirements import core_range, declared_api, module_file, outside_api, unfit_versions, unmet

CORE = version("itwinai-core")


@pytest.fixture
def plugin(tmp_path, monkeypatch):
    """Return a function that makes a plugin with these requirements and this code."""
    monkeypatch.syspath_prepend(tmp_path)

    def make(*requires, code=""):
        info = tmp_path / "tides-1.dist-info"
        info.mkdir()
        lines = ["Metadata-Version: 2.1", "Name: tides", "Version: 1", *(f"Requires-Dist: {line}" for line in requires)]
        (info / "METADATA").write_text("\n".join(lines) + "\n")
        (tmp_path / "tides").mkdir()
        (tmp_path / "tides" / "plugin.py").write_text(code)
        (tmp_path / "tides" / "__init__.py").write_text("")
        (distribution,) = distributions(path=[str(tmp_path)])
        point = EntryPoint("tides", "tides.plugin", "itwinai")._for(distribution)
        return Plugin(point, "tides", "1")

    return make


@pytest.mark.parametrize(
    "requires",
    [
        [],
        ["itwinai-core"],
        [f"itwinai-core=={CORE}"],
        ["Itwinai_Core[lightning]>=0.1,<0.2"],
        ["numpy>=1", "itwinai-core>=0.1"],
        ["frobnicate; extra == 'test'"],
        ["frobnicate; python_version < '3'"],
    ],
)
def test_what_is_here_is_not_complained_about(plugin, requires):
    assert unmet(plugin(*requires)) is None


@pytest.mark.parametrize(
    ("requires", "reason", "mend", "line"),
    [
        (
            ["itwinai-core>=3,<4"],
            f"it was written for itwinai-core <4,>=3, and this is itwinai-core {CORE}",
            "<4,>=3'",
            4,
        ),
        (["numpy", "itwinai-core<0.1"], "it was written for itwinai-core <0.1", "pip install --upgrade tides", 5),
        (["frobnicate>=2"], "it needs 'frobnicate>=2', which is not installed", "pip install 'frobnicate>=2'", 4),
        (["frobnicate[a,b]; python_version > '3'"], "it needs 'frobnicate[a,b]'", "'frobnicate[a,b]'", 4),
        (["frobnicate @ git+https://x.y/z"], "it needs 'frobnicate @ git+https://x.y/z'", "git+https", 4),
        (["this is no requirement"], "its requirement 'this is no requirement' does not parse", "upgrade tides", 4),
    ],
)
def test_what_is_not_here_is_named_with_what_to_install(plugin, requires, reason, mend, line):
    found = unmet(plugin(*requires))
    assert found.reason.startswith(reason)
    assert mend in found.mend
    assert found.line == line
    assert found.file.endswith("tides-1.dist-info/METADATA")


def test_extras_of_the_core_are_not_looked_into(plugin):
    assert unmet(plugin("itwinai-core[an-extra-that-is-not-there]>=0.1")) is None


def test_another_package_outside_of_its_range_is_remarked_on_only(plugin):
    tides = plugin("numpy<1", "click>=1", "frobnicate", "itwinai-core>=0.1")
    assert unfit_versions(tides) == [
        f"it asks for 'numpy<1', and {version('numpy')} is installed: pip install 'numpy<1'",
    ]


@pytest.mark.parametrize(
    ("lines", "asked"),
    [
        ([], ""),
        (["numpy>=1"], ""),
        (["itwinai-core"], ""),
        (["itwinai_core<0.2,>=0.1", "numpy"], "<0.2,>=0.1"),
        (["itwinai-core[x]>=0.1; extra == 'x'"], ""),
    ],
)
def test_the_range_of_the_core_is_read(lines, asked):
    assert core_range(lines) == asked


@pytest.mark.parametrize("declared", [f"=={API_VERSION}", f">={API_VERSION},<1", "~=0.1", ""])
def test_a_range_that_holds_this_api_is_served(plugin, declared):
    assert outside_api(declared, plugin()) is None


@pytest.mark.parametrize(
    ("declared", "reason"),
    [
        (">=2", "it was written for API >=2 of the core, and this core serves API 0.1"),
        ("<0.1", "it was written for API <0.1 of the core"),
        ("two", "its ITWINAI_API is 'two', which is no range"),
        (2, "its ITWINAI_API is 2, which is no range"),
        (None, "its ITWINAI_API is None"),
    ],
)
def test_a_range_that_does_not_is_refused_with_its_line(plugin, declared, reason):
    tides = plugin(code=f"import os\n\nITWINAI_API: str = {declared!r}\n")
    found = outside_api(declared, tides)
    assert found.reason.startswith(reason)
    assert (found.file, found.line) == (str(module_file(tides)), 3)


@pytest.mark.parametrize(
    ("code", "declared"),
    [
        ("raise SystemExit\nITWINAI_API = '>=2'\n", ">=2"),
        ("ITWINAI_API = compute()\n", None),
        ("x = ITWINAI_API = '>=3'\n", ">=3"),
        ("x = 1\n", None),
        ("def broken(:\n", None),
        ("", None),
    ],
)
def test_the_range_is_read_without_running_the_module(plugin, code, declared):
    assert declared_api(plugin(code=code)) == declared


@pytest.mark.parametrize("value", ["tides.absent", "tides.absent.deeper", "no_such_package_at_all.plugin"])
def test_a_module_that_is_not_there_has_no_file(plugin, value):
    tides = plugin()
    tides.point = EntryPoint("tides", value, "itwinai")
    assert module_file(tides) is None


def test_a_package_or_a_single_module_is_found_as_well(plugin, tmp_path):
    tides = plugin()
    tides.point = EntryPoint("tides", "tides", "itwinai")
    assert module_file(tides) == tmp_path / "tides" / "__init__.py"


@pytest.mark.parametrize(
    ("asked", "fits"), [(">=3.11", True), ("", True), ("~=3.11,!=3.10.*", True), (">=3.99", False)]
)
def test_a_plugin_for_another_python_is_refused(plugin, tmp_path, asked, fits):
    tides = plugin()
    metadata = tmp_path / "tides-1.dist-info" / "METADATA"
    metadata.write_text(metadata.read_text() + f"Requires-Python: {asked}\n")
    found = unmet(tides)
    assert (found is None) == fits
    if found:
        assert found.reason.startswith("it is for Python >=3.99, and this is Python 3.")
        assert (found.file, found.line) == (str(metadata), 4)
