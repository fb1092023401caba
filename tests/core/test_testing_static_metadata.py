"""The distribution says what it is, and asks for what it needs."""

import pytest
from small_plugins import FILES, METADATA, PLUGIN, told

from itwinai_core.testing.static.metadata import find

README = METADATA.partition("\n\n")[2]


def changed(old, new, text=METADATA):
    """Return the metadata of a good plugin with one change."""
    assert text.count(old) == 1
    return text.replace(old, new)


def requiring(*lines):
    """Return the metadata of a good plugin that asks for more."""
    added = "".join(f"Requires-Dist: {line}\n" for line in lines)
    return changed("Description-Content-Type", f"{added}Description-Content-Type")


def importing(line):
    """Return the files of a plugin with one more import, inside a function."""
    return {"small/plugin.py": f"{PLUGIN}\n\ndef later():\n    {line}\n"}


def test_a_good_plugin_has_no_fault(small):
    assert find(small()) == []


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("Version: 1.2.0", "Version: 0.0.0", "The version is 0.0.0"),
        ("Version: 1.2.0", "Version: 0.0.0+unknown", "Count from 0.1.0"),
        ("Version: 1.2.0", "Version: first", "The version 'first' is none that pip can order"),
        ("Summary: Trains a small thing, for tests\n", "", "There is no summary"),
        ("Trains a small thing, for tests", "Add your description here", "The summary is 'Add your description here'"),
        ("Trains a small thing, for tests", "TBD", "The summary is 'TBD'"),
        ("Trains a small thing, for tests", "UNKNOWN", "The summary is 'UNKNOWN'"),
        ("Author: The testers\n", "", "No author is named"),
        ("Author: The testers", "Author: Your Name", "The author is 'Your Name'"),
        ("Author: The testers", "Author-email: Your Name <you@example.org>", "Name whom users can ask"),
        ("License-Expression: MIT\n", "", "under which licence"),
        ("License-Expression: MIT", "License: UNKNOWN", "under which licence"),
        ("Requires-Python: >=3.11\n", "", "No version of Python is asked for"),
        ("Requires-Python: >=3.11", "Requires-Python: <3.9", "requires-python is '<3.9'"),
        ("Requires-Python: >=3.11", "Requires-Python: three", "requires-python is 'three', which is no range"),
        (README, "", "The readme is not in the metadata"),
        (README, "# small\n", "The readme says next to nothing"),
    ],
)
def test_what_a_distribution_must_say(small, old, new, words):
    assert words in told(find(small(metadata=changed(old, new))))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Author: The testers", "Author-email: The testers <testers@example.org>"),
        ("Author: The testers", "Maintainer: The testers"),
        ("License-Expression: MIT", "Classifier: License :: OSI Approved :: MIT License"),
        ("License-Expression: MIT", "License: MIT"),
        ("Version: 1.2.0", "Version: 2026.1.dev3"),
        ("Trains a small thing, for tests", "Finds unknown sources in your own data"),
        ("itwinai-core[lightning]<0.2,>=0.1", "itwinai-core[lightning]~=0.1.0"),
        ("itwinai-core[lightning]<0.2,>=0.1", "itwinai_core[lightning] (>=0.1,<1)"),
    ],
)
def test_other_ways_to_say_it_are_no_fault(small, old, new):
    assert find(small(metadata=changed(old, new))) == []


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("itwinai-core[lightning]", "beside any older and later core"),
        ("itwinai-core[lightning]>=0.1", "beside any later core"),
        ("itwinai-core[lightning]<0.2", "beside any older core"),
        ("itwinai-core[lightning]>=0.2,<0.3", "and this is itwinai-core"),
        ("itwinai-core[lightning]==0.1.0", "pins itwinai-core==0.1.0"),
        ("itwinai-core @ git+https://example.org/core", "a place and no release"),
    ],
)
def test_the_core_is_asked_for_in_a_range(small, asked, words):
    assert words in told(find(small(metadata=changed("itwinai-core[lightning]<0.2,>=0.1", asked))))


def test_the_core_must_be_asked_for(small):
    said = told(find(small(metadata=changed("Requires-Dist: itwinai-core[lightning]<0.2,>=0.1\n", ""))))
    assert 'Add "itwinai-core>=0.1,<0.2" to dependencies' in said


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("torch==2.5.1", "pins torch==2.5.1"),
        ("numpy===1.26.4", "pins numpy===1.26.4"),
        ("river-tools @ git+https://example.org/tools", "Ask for a released version of river-tools"),
        ("gauge @ https://example.org/gauge-1.0.tar.gz ; extra == 'gauge'", "Ask for a released version of gauge"),
        ("nothing-of-this-name>=1", "is not installed here"),
        ("numpy<1.0", "numpy 2"),
        ("tensorflow>=2.18", "asks for tensorflow, which is for keras"),
        ("itwinai-core[jax]", "itwinai-core[jax], which is for keras"),
        ("numpy >= = 1", "does not parse"),
    ],
)
def test_what_a_distribution_must_not_ask_for(small, asked, words):
    assert words in told(find(small(metadata=requiring(asked))))


@pytest.mark.parametrize(
    "asked", ["numpy==2.*", "river-tools==1.0; extra == 'tools'", "nothing>=1; python_version < '3'"]
)
def test_what_a_distribution_may_ask_for(small, asked):
    assert find(small(metadata=requiring(asked))) == []


def test_the_framework_of_an_engine_must_be_asked_for(small):
    said = told(find(small(metadata=changed("[lightning]<0.2", "<0.2"))))
    assert 'Ask for "itwinai-core[lightning]"' in said


def test_another_framework_may_be_asked_for_where_the_code_uses_it(small):
    assert find(small(importing("import tensorflow"), metadata=requiring("tensorflow>=2.18"))) == []


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("import scipy.signal", 'imports scipy, and nothing that the package asks for is scipy. → Add "scipy>=1.'),
        ("from PIL import Image", "imports PIL, and nothing that the package asks for is pillow"),
        ("import keras", "imports keras, and nothing that the package asks for is keras"),
        ("import hydrolib", "imports hydrolib, which is neither asked for nor installed here"),
    ],
)
def test_what_the_code_imports_must_be_asked_for(small, line, words):
    said = told(find(small(importing(line))))
    assert words in said
    assert "small/plugin.py:" in said


@pytest.mark.parametrize(
    "line",
    ["import json", "import numpy", "import torch", "import click", "import matplotlib", "import torchmetrics, pluggy"],
)
def test_what_python_and_the_core_bring_may_be_imported(small, line):
    assert find(small(importing(line))) == []


def test_what_an_extra_of_its_own_brings_may_be_imported(small):
    assert find(small(importing("import scipy"), metadata=requiring("scipy>=1 ; extra == 'fast'"))) == []


def test_a_package_may_be_called_otherwise_than_its_module(small):
    assert find(small(importing("import PIL"), metadata=requiring("Pillow>=9"))) == []


def test_a_module_beside_the_package_is_its_own(small):
    assert find(small({**importing("import small_science"), "small_science.py": ""})) == []


def test_an_import_that_may_fail_need_not_be_asked_for(small):
    tried = PLUGIN + "\ntry:\n    import hydrolib\nexcept ImportError:\n    hydrolib = None\n"
    assert find(small({"small/plugin.py": tried})) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[itwinai]\nsmall = small.plugin\nother = small.other\n", "There are 2 entry points"),
        ("[itwinai]\nSmall Thing = small.plugin\n", "'Small Thing', which users have to type"),
        ("[itwinai]\nsmall = small.plugin\n[itwinai.plugins]\nx = y\n", "'itwinai.plugins' is read by nobody"),
        ("[itwinai]\nsmall = small.plugin\n[itwinai_plugins]\nx = y\n", "'itwinai_plugins' is read by nobody"),
        ("[itwinai]\nsmall = small.plugin\n[itwin-ai]\nx = y\n", "'itwin-ai' is read by nobody"),
        ("[itwinai]\nsmall = small.plugin\n[itwina]\nx = y\n", "'itwina' is read by nobody"),
    ],
)
def test_entry_points_must_be_one_and_where_they_are_looked_for(small, text, words):
    assert words in told(find(small(entry_points=text)))


def test_entry_points_of_other_programs_are_no_fault(small):
    others = "[itwinai]\nsmall = small.plugin\n[pytest11]\nx = y\n[console_scripts]\nsmall = small.plugin:Small\n"
    assert find(small(entry_points=others)) == []


def test_an_entry_point_names_a_module_alone(small):
    assert "Name the module alone" in told(find(small(entry_points="[itwinai]\nsmall = small.plugin:Small\n")))


@pytest.mark.parametrize("declared", ["'>=0.2'", "'first'", "1"])
def test_an_api_range_must_hold_this_core(small, declared):
    said = told(find(small({"small/plugin.py": f"{PLUGIN}\nITWINAI_API = {declared}\n"})))
    assert 'e.g. ITWINAI_API = ">=0.1,<0.2"' in said


def test_an_api_range_that_holds_this_core_is_no_fault(small):
    assert find(small({"small/plugin.py": f"{PLUGIN}\nITWINAI_API: str = '>=0.1,<0.2'\n"})) == []


@pytest.mark.parametrize(
    ("point", "words"),
    [
        ("small.program:main", "names small.program:main, which the package does not have"),
        ("small.plugin:main", "names small.plugin:main, which the package does not have"),
        ("small.plugin:Small", ""),
        ("click:command", ""),
    ],
)
def test_a_program_of_the_package_must_be_there(small, point, words):
    others = f"[itwinai]\nsmall = small.plugin\n[console_scripts]\nsmall = {point}\n"
    assert told(find(small(entry_points=others))).partition(" → ")[0].endswith(f"{words}." if words else "")


@pytest.mark.parametrize(("version", "count"), [("1.2.0", 0), ("1.1.0", 1)])
def test_the_version_in_the_code_is_that_of_the_metadata(small, version, count):
    faults = find(small({"small/__init__.py": f'"""A small plugin."""\n\n__version__ = "{version}"\n'}))
    assert len(faults) == count


@pytest.mark.parametrize(("files", "count"), [({}, 1), ({"small/py.typed": ""}, 0)])
def test_who_says_that_it_is_typed_brings_the_mark(small, files, count):
    typed = changed("Requires-Python", "Classifier: Typing :: Typed\nRequires-Python")
    assert len(find(small(files, metadata=typed))) == count


def test_files_of_a_good_plugin_are_those_of_the_package():
    assert set(FILES) == {"small/__init__.py", "small/plugin.py", "small/data.py"}
