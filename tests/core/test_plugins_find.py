"""Plugins are found by their metadata alone, whatever state these are in."""

import pytest

from itwinai_core.plugins.find import installed_plugins, switch_off, unknown_names
from itwinai_core.plugins.record import Plugin


@pytest.fixture
def lay(tmp_path, monkeypatch):
    """Lay a distribution into a folder that is on the path."""
    monkeypatch.syspath_prepend(tmp_path)

    def lay(name, points, *lines, version="1.2.3", **files):
        info = tmp_path / f"{name.replace('-', '_')}-{version}.dist-info"
        info.mkdir()
        metadata = "\n".join(["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}", *lines])
        (info / "METADATA").write_text(metadata + "\n")
        (info / "entry_points.txt").write_bytes(points if isinstance(points, bytes) else points.encode())
        for file, text in files.items():
            (info / file).write_text(text)
        return info

    return lay


def found(name):
    """Return the records of one distribution."""
    return [plugin for plugin in installed_plugins() if plugin.distribution == name]


def test_a_plugin_is_known_by_entry_point_distribution_version_and_core_range(lay):
    lay("tides-model", "[itwinai]\ntides = tides_model.plugin\n", "Requires-Dist: itwinai-core[lightning]<0.2,>=0.1")
    (tides,) = found("tides-model")
    assert (tides.name, tides.version, tides.core_range, tides.package) == (
        "tides",
        "1.2.3",
        "<0.2,>=0.1",
        "tides_model",
    )
    assert tides.title == "tides-model 1.2.3"
    assert not tides.editable


def test_other_groups_and_comments_are_passed_over(lay):
    lay("other", "[console_scripts]\nitwinai = x:y\n[itwinai.plugins]\na = b\n")
    lay(
        "tides",
        "[console_scripts]\nx = y:z\n\n[itwinai]\n# a remark\n; another\ntides = tides.plugin\n[pytest11]\nq = r\n",
    )
    assert found("other") == []
    assert [plugin.point.value for plugin in found("tides")] == ["tides.plugin"]


def test_a_plugin_in_a_source_folder_is_known_as_such(lay):
    lay(
        "tides",
        "[itwinai]\ntides = tides.plugin\n",
        **{"direct_url.json": '{"dir_info": {"editable": true}, "url": "x"}'},
    )
    (tides,) = found("tides")
    assert tides.editable
    assert "mend it there" in tides.renewal()


@pytest.mark.parametrize("broken", ["[1]", "{", '"text"'])
def test_a_broken_origin_is_no_source_folder(lay, broken):
    lay("tides", "[itwinai]\ntides = tides.plugin\n", **{"direct_url.json": broken})
    assert not found("tides")[0].editable


@pytest.mark.parametrize(
    ("points", "reason", "line"),
    [
        ("[itwinai]\na = m.a\n\nb = m.b\n", "it declares 2 entry points (a, b)", 4),
        ("[itwinai]\nx = not a module!\n", "'x = not a module!' names no module", 2),
        ("[itwinai]\nx\n", "'x = ' names no module", 2),
        ("[itwinai]\nx = .relative\n", "'x = .relative' names no module", 2),
        ("[itwinai]\nx = a..b\n", "'x = a..b' names no module", 2),
        ("[itwinai]\n = a.b\n", "its entry point is called ''", 2),
        ("[itwinai]\ntwo words = a.b\n", "its entry point is called 'two words': use letters", 2),
        ("[itwinai]\n\x1b[2J = a.b\n", "its entry point is called '\\x1b[2J'", 2),
        ("[itwinai]\n", "its section [itwinai] is empty", 0),
        (b"[itwinai]\nx = \xff\xfe\n", "its entry_points.txt is not UTF-8 text", 0),
    ],
)
def test_entry_points_that_cannot_be_are_diagnosed(lay, points, reason, line):
    info = lay("tides", points)
    (tides,) = found("tides")
    assert reason in tides.problem
    assert tides.diagnosis.file == str(info / "entry_points.txt")
    assert tides.diagnosis.line == line


def test_extras_and_attributes_of_an_entry_point_are_not_its_module(lay):
    lay("tides", "[itwinai]\ntides = tides.plugin:offers [fast, deep]\n")
    (tides,) = found("tides")
    assert tides.diagnosis is None
    assert (tides.module, tides.package) == ("tides.plugin", "tides")


def test_names_that_would_move_the_cursor_are_spelt_out(lay):
    lay("tides", "[itwinai]\ntides = tides.plugin\n", version="1\x1b[31m")
    assert [plugin.title for plugin in found("tides")] == ["tides 1\\x1b[31m"]


@pytest.mark.parametrize("name", ["x; rm -r y", "\x1b[2J", "two\n lines", "x" * 10**5, "$(date)", ""])
def test_a_name_that_a_shell_would_take_for_something_else_gives_way_to_that_of_the_folder(lay, name):
    info = lay("tides", "[itwinai]\ntides = tides.plugin\n")
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.2.3\n")
    (tides,) = found("tides")
    assert tides.removal() == "pip uninstall tides"


def test_what_cannot_be_read_at_all_is_no_plugin(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "loop-1.dist-info").symlink_to("loop-1.dist-info")
    (tmp_path / "file-1.dist-info").write_text("[itwinai]")
    (tmp_path / "odd-1.dist-info" / "entry_points.txt").mkdir(parents=True)
    assert {"loop", "file", "odd"}.isdisjoint(plugin.distribution for plugin in installed_plugins())


def test_bytes_that_are_not_text_and_not_ours_are_not_ours(lay):
    lay("tides", b"[console_scripts]\nx = \xff\xfe\n")
    assert found("tides") == []


def test_a_distribution_without_metadata_is_known_by_its_folder(lay):
    (lay("storm-surge", "[itwinai]\nsurge = surge.plugin\n") / "METADATA").unlink()
    (surge,) = found("storm-surge")
    assert (surge.version, surge.core_range) == ("1.2.3", "")


def test_the_first_of_two_copies_on_the_path_counts(lay, tmp_path, monkeypatch):
    lay("tides", "[itwinai]\ntides = tides.plugin\n")
    nearer = tmp_path / "nearer"
    (nearer / "tides-9.dist-info").mkdir(parents=True)
    (nearer / "tides-9.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: tides\nVersion: 9\n")
    (nearer / "tides-9.dist-info" / "entry_points.txt").write_text("[itwinai]\ntides = tides.plugin\n")
    monkeypatch.syspath_prepend(nearer)
    assert [plugin.version for plugin in found("tides")] == ["9"]


def plugins():
    """Return records of two plugins."""
    from importlib.metadata import EntryPoint

    return [
        Plugin(EntryPoint("tides", "a", "itwinai"), "itwinai-tides"),
        Plugin(EntryPoint("surge", "b", "itwinai"), "storm_surge"),
    ]


@pytest.mark.parametrize(
    ("variables", "off"),
    [
        ({}, {}),
        ({"ITWINAI_PLUGINS": "tides"}, {"surge": "ITWINAI_PLUGINS"}),
        ({"ITWINAI_PLUGINS": " Itwinai_Tides , storm-surge"}, {}),
        ({"ITWINAI_PLUGINS": ""}, {"tides": "ITWINAI_PLUGINS", "surge": "ITWINAI_PLUGINS"}),
        ({"ITWINAI_PLUGINS_OFF": "surge"}, {"surge": "ITWINAI_PLUGINS_OFF"}),
        ({"ITWINAI_PLUGINS_OFF": ""}, {}),
        ({"ITWINAI_PLUGINS": "tides,surge", "ITWINAI_PLUGINS_OFF": "tides"}, {"tides": "ITWINAI_PLUGINS_OFF"}),
    ],
)
def test_the_environment_leaves_plugins_out(monkeypatch, variables, off):
    for name in ("ITWINAI_PLUGINS", "ITWINAI_PLUGINS_OFF"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    records = plugins()
    switch_off(records)
    assert {plugin.name: plugin.off for plugin in records if plugin.off} == off
    assert all(plugin.status == ("off" if plugin.name in off else "working") for plugin in records)


def test_a_name_in_the_environment_that_nobody_has_is_seen(monkeypatch):
    monkeypatch.setenv("ITWINAI_PLUGINS", "tides,tidse")
    monkeypatch.setenv("ITWINAI_PLUGINS_OFF", "surgee")
    assert list(unknown_names(plugins())) == [("ITWINAI_PLUGINS", "tidse"), ("ITWINAI_PLUGINS_OFF", "surgee")]
