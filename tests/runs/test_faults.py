"""`check-plugin` sees the faults that are seeded into good plugins, and none in the good ones."""

import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from faults import GENERATED, RIVER, corpus, faulty, generated, installed

from itwinai_core.testing.checks import CHECKS, STATIC_CHECKS

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

ENOUGH = 0.95
"""Share of the faults that must be seen by the check that should."""

FAULTS = corpus()
STATIC = {check.name for check in STATIC_CHECKS}
WHOLE = STATIC - {"sources"}
"""Checks that look at the whole plugin, and at no use case alone."""
ENGINES = {
    "lightning": ("lightning.pytorch", "torchmetrics", "itwinai_core.engines.lightning"),
    "keras": ("itwinai_core.engines.keras",),
}
"""What a process imports that is to be copied for each use case of an engine."""

KERAS = {"flood", "swing-keras"}
"""Use cases on Keras."""

GOOD = {
    "virgo": "itwinai-virgo, on Lightning",
    "cyclones": "itwinai-cyclones, on Keras",
    "river": "written by hand: two use cases, one on each engine",
    "swing-lightning": "as `itwinai new-plugin` writes it, on Lightning",
    "swing-keras": "as `itwinai new-plugin` writes it, on Keras",
}


def run(arguments, site=None):
    """Run Python where a folder of installed plugins is on its path, and return what it prints."""
    path = os.pathsep.join(filter(None, [str(site or ""), os.environ.get("PYTHONPATH")]))
    done = subprocess.run(
        [sys.executable, *map(str, arguments)],
        env=os.environ | {"PYTHONPATH": path, "OMP_NUM_THREADS": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in {0, 1}, done.stdout + done.stderr
    return done.stdout


def checked(name, site=None):
    """Return what each check of a plugin says, as the program tells it."""
    return json.loads(run(["-m", "itwinai_core", "check-plugin", name, "--json"], site))["checks"]


def checked_together(plugins, sites, folder, *modules):
    """Return what checks say of faulty plugins, and of good ones by name, out of one process with some modules."""
    tasks = [
        {
            "site": str(sites.get(plugin, folder / "nothing more")),
            "plugin": getattr(plugin, "plugin", plugin),
            "checks": [plugin.check] if plugin not in GOOD else [],
            "use_cases": [plugin.use_case] if plugin not in GOOD and plugin.check not in WHOLE else [],
        }
        for plugin in plugins
    ]
    folder.mkdir()
    (folder / "tasks.json").write_text(json.dumps(tasks))
    run([Path(__file__).with_name("warm.py"), folder / "tasks.json", folder / "answers.json", *modules])
    return dict(zip(plugins, json.loads((folder / "answers.json").read_text()), strict=True))


@pytest.fixture(scope="module")
def projects(tmp_path_factory):
    """Return the source of each good plugin that faults are seeded into."""
    return {"river": RIVER, **generated(tmp_path_factory.mktemp("generated"))}


@pytest.fixture(scope="module")
def found(projects, tmp_path_factory):
    """Return what the checks say of each faulty plugin and, in full, of each good one."""
    folder = tmp_path_factory.mktemp("faults")
    sites = {fault: faulty(fault, projects[fault.plugin], folder / str(number)) for number, fault in enumerate(FAULTS)}
    sites |= {name: installed(project, folder / f"good-{name}") for name, project in projects.items()}
    static = [fault for fault in FAULTS if fault.check in STATIC]
    trained = {"lightning": ["virgo", "swing-lightning"], "keras": ["swing-keras"]}
    for fault in FAULTS:
        if fault not in static:
            trained["keras" if fault.use_case in KERAS else "lightning"].append(fault)
    with ThreadPoolExecutor(max_workers=2) as two:
        parts = [
            two.submit(checked_together, static, sites, folder / "static"),
            *(two.submit(checked_together, trained[name], sites, folder / name, *ENGINES[name]) for name in ENGINES),
        ]
        as_users_do = {name: two.submit(checked, name, sites.get(name)) for name in ("cyclones", "river")}
    answers = {plugin: found for part in parts for plugin, found in part.result().items()}
    answers |= {name: one.result() for name, one in as_users_do.items()}
    return answers, {name: answers[name] for name in GOOD}


def report(checks, name):
    """Return all that one check says."""
    return "\n".join(
        f"{fault['problem']} {fault['change']}"
        for check in checks
        if check["check"] == name
        for fault in check["faults"]
    )


def test_the_corpus_is_large_and_touches_every_check():
    assert len(FAULTS) >= 60
    assert {fault.check for fault in FAULTS} == {check.name for check in CHECKS}
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)
    assert {fault.plugin for fault in FAULTS} == {"river", *GENERATED}


def test_nearly_every_fault_is_seen_by_the_check_that_should(found):
    answers, _ = found
    missed = [f"{fault.check}: {fault.name}" for fault in FAULTS if not report(answers[fault], fault.check)]
    assert len(missed) <= (1 - ENOUGH) * len(FAULTS), missed


def test_what_is_said_of_a_fault_names_what_to_change(found):
    answers, _ = found
    reports = {fault: report(answers[fault], fault.check) for fault in FAULTS}
    silent = {fault.name: said for fault, said in reports.items() if said and not re.search(fault.says, said)}
    assert silent == {}


@pytest.mark.parametrize("name", GOOD)
def test_no_check_raises_a_false_alarm_on_a_good_plugin(found, name):
    _, whole = found
    assert {check["check"]: check["faults"] for check in whole[name] if check["faults"]} == {}
    assert [check["check"] for check in whole[name] if check["state"] == "passed"] == [check.name for check in CHECKS]


def test_the_docs_show_the_table(found, hold_page):
    answers, whole = found
    seen = {fault: bool(report(answers[fault], fault.check)) for fault in FAULTS}
    lines = [f"{sum(seen.values())} of {len(FAULTS)} faults are seen by the check that should see them.", ""]
    for check in CHECKS:
        lines += [f"### {check.name}", "", f"Holds that {check.promise[0].lower()}{check.promise[1:]}.", ""]
        lines += ["| seeded fault | into | seen |", "| --- | --- | --- |"]
        of_check = [fault for fault in FAULTS if fault.check == check.name]
        lines += [f"| {fault.name} | {fault.plugin} | {'yes' if seen[fault] else 'no'} |" for fault in of_check]
        lines += [""]
    lines += ["### Good plugins", "", "| plugin | what it is | false alarms |", "| --- | --- | --- |"]
    lines += [f"| {name} | {what} | {sum(len(one['faults']) for one in whole[name])} |" for name, what in GOOD.items()]
    table = "\n".join(lines)
    sys.stdout.write(table)
    hold_page("faults.md", table)
