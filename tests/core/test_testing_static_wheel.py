"""What is installed with a plugin is the whole package, and nothing else."""

import shutil

import pytest
from small_plugins import FILES, PLUGIN, told

from itwinai_core.testing.contract import LoadError
from itwinai_core.testing.static.wheel import find

PROJECT = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "itwinai-small"
version = "1.2.0"
description = "Trains a small thing, for tests"
license-files = ["LICENSE"]
dependencies = ["itwinai-core[lightning]>=0.1,<0.2"]

[project.entry-points.itwinai]
small = "small.plugin"

[tool.hatch.build.targets.wheel]
packages = ["small"]
"""


@pytest.fixture
def editable(small, tmp_path, monkeypatch):
    """Return a function that writes a project, and installs it editable."""

    def make(files=None, project=PROJECT):
        source = tmp_path / "source"
        for name, text in {**FILES, "LICENSE": "Do as you like.\n", "pyproject.toml": project, **(files or {})}.items():
            path = source / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        subject = small(dict.fromkeys(FILES), editable=source)
        monkeypatch.syspath_prepend(source)
        return subject

    return make


def test_a_whole_package_has_no_fault(small):
    assert find(small()) == []


def test_a_whole_project_has_no_fault(editable):
    assert find(editable()) == []


def test_a_package_without_a_record_is_what_lies_there(small, tmp_path):
    subject = small({"small/best.ckpt": "x"})
    next((tmp_path / "site").glob("*.dist-info/RECORD")).unlink()
    (fault,) = find(subject)
    assert fault.problem == "small/best.ckpt is a checkpoint or a trace of a fit."


def test_what_pip_compiled_belongs_to_it(small, tmp_path):
    subject = small()
    record = next((tmp_path / "site").glob("*.dist-info/RECORD"))
    record.write_text(record.read_text() + "small/__pycache__/plugin.cpython-311.pyc,,\n")
    assert find(subject) == []


def test_what_was_compiled_before_does_not_belong_to_it(small):
    assert "is left of a tool" in told(find(small({"small/__pycache__/plugin.cpython-311.pyc": "x"})))


def test_a_file_that_is_gone_is_named(small, tmp_path):
    subject = small()
    (tmp_path / "site" / "small" / "data.py").unlink()
    assert "small/data.py was installed with itwinai-small and is gone" in told(find(subject))


def test_a_module_that_does_not_parse_is_named_with_its_line(small):
    assert "small/model.py does not parse: line 1" in told(find(small({"small/model.py": "def f(:\n"})))


def test_an_entry_point_to_nowhere_is_named_with_what_is_near(small):
    subject = small(entry_points="[itwinai]\nsmall = small.plugins\n")
    assert "small.plugins, which is not in the wheel. Did you mean 'small.plugin'?" in told(find(subject))


def test_a_module_that_is_imported_and_missing_is_named_once(small):
    twice = PLUGIN + "\n\ndef again():\n    from small.data import points\n"
    said = told(find(small({"small/plugin.py": twice, "small/data.py": None})))
    assert said.count("small.data") == 1
    assert "and 1 more places, imports small.data, and there is no small/data.py" in said


def test_a_module_that_may_be_missing_is_not_asked_for(small):
    tried = PLUGIN + "\ntry:\n    from small.speed import fast\nexcept ImportError:\n    fast = None\n"
    assert find(small({"small/plugin.py": tried})) == []


def test_a_name_that_a_module_does_not_have_is_named_with_what_is_near(small):
    said = told(find(small({"small/data.py": FILES["small/data.py"].replace("def points", "def point")})))
    assert "imports 'points' from small.data, which has no such name. Did you mean" in said


def test_a_submodule_is_a_name_of_its_package(small):
    assert find(small({"small/plugin.py": PLUGIN + "\n\ndef later():\n    from small import data\n"})) == []


def test_a_compiled_module_is_a_module(small):
    later = PLUGIN + "\n\ndef later():\n    from small.fast import run\n"
    assert find(small({"small/plugin.py": later, "small/fast.cpython-311-x86_64-linux-gnu.so": "ELF"})) == []


def test_a_module_that_the_build_leaves_out_is_named(editable):
    project = PROJECT + 'exclude = ["small/model.py"]\n'
    assert "small/model.py is in the source and not in the wheel" in told(
        find(editable({"small/model.py": ""}, project))
    )


def test_tests_inside_the_package_may_stay_out_of_the_wheel(editable):
    project = PROJECT + 'exclude = ["small/tests"]\n'
    assert find(editable({"small/tests/__init__.py": "", "small/tests/test_a.py": ""}, project)) == []


def test_a_data_file_that_the_code_asks_for_and_the_build_leaves_out_is_named(editable):
    asks = (
        PLUGIN
        + "\nfrom pathlib import Path\nHERE = Path(__file__).parent\n\n\ndef read():\n    return HERE / 'a.csv'\n"
    )
    subject = editable({"small/plugin.py": asks, "small/a.csv": "1\n"}, PROJECT + 'exclude = ["*.csv"]\n')
    assert "small/a.csv, which small/plugin.py" in told(find(subject))


def test_a_data_file_that_the_code_mentions_and_the_build_leaves_out_is_named(editable):
    mentions = PLUGIN + "\n\ndef read(folder):\n    return open(f'{folder}/' + 'a.csv')\n"
    subject = editable({"small/plugin.py": mentions, "small/a.csv": "1\n"}, PROJECT + 'exclude = ["*.csv"]\n')
    assert "small/a.csv lies beside the code that uses it, and is not in the wheel" in told(find(subject))


def test_a_data_file_that_nobody_mentions_may_stay_out(editable):
    assert find(editable({"small/notes.txt": "1\n"}, PROJECT + 'exclude = ["*.txt"]\n')) == []


def test_a_sample_that_is_not_installed_is_named(small):
    offers = PLUGIN + (
        "\n\ndef sample(self):\n    from pathlib import Path\n\n    names = ['real.csv']\n"
        "    return {name: Path(__file__).parent / 'real' / name for name in names}\n\n\nSmall.samples = sample\n"
    )
    said = told(find(small({"small/plugin.py": offers})))
    assert "small/real/real.csv, which samples() of 'small' asks for, is not there" in said


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("tests/test_small.py", "tests is installed beside the package"),
        ("conftest.py", "conftest.py is installed beside the package"),
        ("docs/index.md", "docs is installed beside the package"),
        ("helper_script.py", "helper_script.py is installed beside the package"),
        ("LICENSE", "LICENSE is installed beside the package"),
        ("small/.env", "holds secrets"),
        ("small/keys/server.pem", "holds secrets"),
        ("small/best.ckpt", "is a checkpoint"),
        ("small/lightning_logs/version_0/hparams.yaml", "is a checkpoint"),
        ("small/.git/config", "is left of a tool"),
        ("small/.ipynb_checkpoints/a.py", "is left of a tool"),
        ("small/debug.log", "is left of a tool"),
    ],
)
def test_what_does_not_belong_there_is_named(small, name, why):
    assert why in told(find(small({name: "x = 1\n"})))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("science/__init__.py", ""),
        ("small/weights.npz", "PK"),
        ("small/key.py", "x = 1\n"),
        ("small/environment.yml", "a: 1\n"),
        ("small/checkpoints/__init__.py", ""),
        ("small/credentials.py", "x = 1\n"),
    ],
)
def test_what_a_package_may_bring_is_no_fault(small, name, text):
    assert find(small({name: text})) == []


def test_a_module_beside_the_package_that_the_package_imports_belongs_to_it(small):
    imports = PLUGIN + "\n\ndef later():\n    import small_science\n"
    assert find(small({"small/plugin.py": imports, "small_science.py": ""})) == []


@pytest.mark.parametrize("secret", ["AKIA" + "A" * 16, "ghp_" + "b" * 36, "-----BEGIN RSA " + "PRIVATE KEY-----"])
def test_a_secret_in_the_code_is_named_without_being_told(small, secret):
    said = told(find(small({"small/cloud.py": f"KEY = '{secret}'\n"})))
    assert "small/cloud.py holds what looks like a secret" in said
    assert secret not in said


def test_a_file_that_is_too_large_is_named(small, monkeypatch):
    monkeypatch.setattr("itwinai_core.testing.static.wheel._LARGEST", 1000)
    assert "small/data.bin has 0 MB" in told(find(small({"small/data.bin": "x" * 1001})))


def test_a_wheel_without_a_licence_is_told(small):
    assert "carries no licence text" in told(find(small(licence=False)))


def test_a_wheel_that_cannot_be_built_says_why(editable):
    with pytest.raises(LoadError, match="cannot be built"):
        find(editable(project=PROJECT.replace('"itwinai-small"', '"itwinai small!"')))


def test_a_project_that_is_gone_says_so(editable, tmp_path):
    subject = editable()
    shutil.rmtree(tmp_path / "source")
    with pytest.raises(LoadError, match="is gone"):
        find(subject)
