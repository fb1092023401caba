"""`itwinai check-plugin` as its user runs it: on plugins that work, that do not load, and that wreck their process."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

HERE = Path(__file__).parent
METADATA = "Metadata-Version: 2.1\nName: {name}\nVersion: 1.2.3\n"
CHECK = """
import json, sys
from itwinai_core.testing import check_plugin
from itwinai_core.testing import jobs
from warm import warm_up

warm_up("lightning.pytorch", "torchmetrics", "itwinai_core.engines.lightning")
jobs.END_LIMIT = 4.0
found = check_plugin("wrecks", only=["one-batch-fit", "run-folder-only"], limit=15)
sys.stdout.write(json.dumps(found.as_dict()))
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Return a folder with installed plugins: the wrecks, and three that do not load."""
    folder = tmp_path_factory.mktemp("site")
    plugins = {
        "wrecks": (HERE / "wrecks.py").read_text(encoding="utf-8"),
        "raises": "\nraise ValueError('no luck')\n",
        "exits": "import os\nos._exit(5)\n",
        "empty": "from itwinai_core import hookimpl\n\n\n@hookimpl\ndef itwinai_use_cases():\n    return []\n",
    }
    for name, code in plugins.items():
        info = folder / f"{name}-1.2.3.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(METADATA.format(name=name))
        (info / "entry_points.txt").write_text(f"[itwinai]\n{name} = {name}\n")
        (folder / f"{name}.py").write_text(code)
    shutil.copy(HERE / "line.py", folder / "wrecks_line.py")
    return folder


@pytest.fixture
def run(site, tmp_path):
    """Return a function that runs Python where these plugins are installed."""

    def start(*arguments):
        variables = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=tmp_path,
            env=variables | {"PYTHONPATH": str(site)},
            capture_output=True,
            text=True,
            check=False,
        )

    return start


@pytest.fixture
def check(run):
    """Return a function that checks a plugin, and returns the exit code and what each check says."""

    def start(*arguments):
        done = run("-m", "itwinai_core", "check-plugin", *arguments, "--json")
        assert "Traceback" not in done.stderr
        return done.returncode, {check["check"]: check for check in json.loads(done.stdout)["checks"]}

    return start


@pytest.fixture(scope="module")
def wrecks(site, tmp_path_factory):
    """Check all wrecks at once, and return the faults of both checks, one text for each use case."""
    done = subprocess.run(
        [sys.executable, "-c", CHECK],
        cwd=tmp_path_factory.mktemp("wrecks"),
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(site), str(HERE)])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    return {
        verdict["check"]: [f"{fault['problem']} -> {fault['change']}" for fault in verdict["faults"]]
        for verdict in found["checks"]
    }


@pytest.mark.parametrize(
    "said",
    [
        r"ends: The process ends half-way, with exit code 7\. .*os\._exit",
        r"leaves: SystemExit: I am off \(wrecks\.py:\d+\)",
        r"crashes: The process ends half-way, by a crash, Segmentation fault \(wrecks\.py:\d+\)",
        r"hangs: It is not done after 15 s \(wrecks\.py:\d+\)\. .*`quick`",
        r"lingers: The process does not end when all is done.* -> Stop the threads",
        r"ends-late: The process ends after all is done, with exit code 9",
    ],
)
def test_whatever_happens_in_a_process_is_a_fault_of_the_check_that_was_made(wrecks, said):
    assert [text for text in wrecks["one-batch-fit"] if re.match(said, text)] != []


def test_a_use_case_that_does_no_harm_is_not_blamed_for_the_others(wrecks):
    assert [text for faults in wrecks.values() for text in faults if text.startswith("sound")] == []
    assert len(wrecks["one-batch-fit"]) == 6


@pytest.mark.parametrize(
    "said",
    [
        r"moves: The use case 'moves' changes the working directory",
        r"writes-unseen: The file unseen\.pt is left in the working directory",
        r"writes-unseen: wrecks\.py:\d+ opens for writing .*wrecks_data\.txt",
    ],
)
def test_what_is_left_behind_is_found_also_where_compiled_code_wrote_it(wrecks, said):
    assert [text for text in wrecks["run-folder-only"] if re.match(said, text)] != []


@pytest.mark.parametrize(
    ("plugin", "said"),
    [("raises", r"ValueError: no luck \(.*raises\.py, line 2\)"), ("exits", r"exit code 5 .*exits\.py, line 2")],
)
def test_a_plugin_that_does_not_load_gets_its_diagnosis_once(check, plugin, said):
    code, checks = check(plugin, "--only", "hooks", "--only", "settings", "--only", "resume", "--only", "determinism")
    assert code == 1
    assert re.search(said, checks["hooks"]["faults"][0]["problem"])
    for name in ("settings", "resume", "determinism"):
        assert checks[name]["state"] == "skipped"
        assert "does not load" in checks[name]["reason"]


def test_a_plugin_that_does_not_load_fails_also_where_only_training_is_asked_for(check):
    code, checks = check("raises", "--only", "resume", "--only", "two-replicas")
    assert code == 1
    assert "no luck" in checks["resume"]["faults"][0]["problem"]
    assert checks["two-replicas"]["reason"] == "the plugin does not load: see resume"


def test_without_use_cases_there_is_nothing_to_train(check):
    code, checks = check("empty", "--only", "resume", "--only", "no-network")
    assert code == 0
    assert {found["reason"] for found in checks.values()} == {"the plugin offers no use case"}


def test_a_fit_that_fails_is_told_also_where_it_was_not_asked_for(check):
    code, checks = check("wrecks", "--use-case", "leaves", "--only", "reload-without-pickle", "--only", "no-network")
    assert code == 1
    assert "I am off" in checks["one-batch-fit"]["faults"][0]["problem"]
    assert checks["reload-without-pickle"]["reason"] == "the quick run does not train: see one-batch-fit"
    assert checks["no-network"]["state"] == "skipped"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["wreks"], "No installed plugin is called 'wreks'. Did you mean 'wrecks'?"),
        (["wrecks", "--only", "resum"], "There is no check 'resum'. Did you mean 'resume'?"),
        (["wrecks", "--use-case", "sond", "--only", "resume"], "offers no use case 'sond'. Did you mean 'sound'?"),
        ([], "Name a plugin"),
        (["wrecks", "--limit", "0"], "0.0 is not in the range"),
    ],
    ids=" ".join,
)
def test_a_users_mistake_is_one_message(run, arguments, said):
    done = run("-m", "itwinai_core", "check-plugin", *arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_the_checks_are_listed(run):
    listed = run("-m", "itwinai_core", "check-plugin", "--list", "--json")
    names = [check["check"] for check in json.loads(listed.stdout)]
    assert names[:3] == ["wheel", "metadata", "light-import"]
    assert names[-1] == "assess-and-predict"
    table = run("-m", "itwinai_core", "check-plugin", "--list").stdout
    assert all(name in table for name in names)


def test_the_table_says_what_holds_what_does_not_and_what_to_change(run):
    done = run("-m", "itwinai_core", "check-plugin", "raises", "--only", "hooks", "--only", "settings")
    assert done.returncode == 1
    assert re.search(r"^hooks +.* failed", done.stdout, re.MULTILINE)
    assert re.search(
        r"^hooks failed:\n  The plugin is set aside: ValueError: no luck.*\n    Change the line",
        done.stdout,
        re.MULTILINE,
    )
    assert "settings was skipped: the plugin does not load: see hooks." in done.stdout
    assert re.search(r"^raises 1\.2\.3: 1 failed, 1 skipped in \d+ s\.$", done.stdout, re.MULTILINE)


PYPROJECT = """
[tool.pytest.ini_options]
addopts = ["-p", "itwinai_core.testing.pytest_plugin", "-p", "no:cacheprovider"]
itwinai_plugin = {plugins}
"""
TEST = """
def test_the_plugin_keeps_its_promises(plugin_check):
    plugin_check.verify()
"""


@pytest.fixture
def pytest_run(run, tmp_path):
    """Return a function that runs pytest in a project that checks plugins."""

    def start(plugins, *arguments):
        (tmp_path / "pyproject.toml").write_text(PYPROJECT.format(plugins=json.dumps(plugins)))
        (tmp_path / "test_contract.py").write_text(TEST)
        return run("-m", "pytest", "-q", "-rA", *arguments)

    return start


def test_each_check_is_a_test_and_a_failed_one_says_what_to_change(pytest_run):
    done = pytest_run("raises", "-k", "hooks or settings or schema")
    assert done.returncode == 1
    assert "1 failed, 2 skipped" in done.stdout
    assert "FAILED test_contract.py::test_the_plugin_keeps_its_promises[hooks]" in done.stdout
    assert "AssertionError" in done.stdout
    assert "The plugin is set aside: ValueError: no luck" in done.stdout
    assert "Change the line that it names" in done.stdout
    assert "itwinai_core/testing" not in done.stdout.partition("short test summary")[0]


def test_several_plugins_are_checked_side_by_side(pytest_run):
    done = pytest_run(["raises", "virgo"], "-k", "hooks")
    assert "promises[raises-hooks]" in done.stdout
    assert re.search(r"PASSED .*promises\[virgo-hooks\]", done.stdout)


def test_checks_that_no_test_asks_for_are_not_made(pytest_run):
    done = pytest_run("virgo", "-k", "hooks", "--durations=3")
    assert "1 passed" in done.stdout
    assert float(re.search(r"(\d+\.\d+)s setup", done.stdout)[1]) < 20


def test_a_plugin_that_is_not_installed_is_one_message(pytest_run):
    done = pytest_run("vigro", "-k", "hooks")
    assert "No installed plugin is called 'vigro'. Did you mean 'virgo'?" in done.stdout
    assert "During handling" not in done.stdout


def test_a_configuration_that_names_no_plugin_is_refused(pytest_run):
    done = pytest_run([])
    assert done.returncode != 0
    assert 'itwinai_plugin = ["NAME"]' in done.stdout + done.stderr
