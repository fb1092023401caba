"""What a process tells arrives whole and once, also while it is still at it."""

import subprocess
import sys

from itwinai_core.testing.contract import Fault
from itwinai_core.testing.journal import Journal, Reader

FAULT = Fault("It leaks at «deck 3».", "Caulk it.\nThen pump.")


def test_what_is_told_is_read(tmp_path):
    journal, reader = Journal(tmp_path / "journal"), Reader(tmp_path / "journal")
    journal.offers(["a", "b"])
    journal.begun("hull")
    journal.seen("deck", FAULT)
    journal.ended("hull", [FAULT, FAULT], "", 1.5)
    journal.fitted(tmp_path)
    journal.broken(FAULT)
    journal.done()
    assert reader.entries() == [
        {"kind": "offers", "use_cases": ["a", "b"]},
        {"kind": "begun", "check": "hull"},
        {"kind": "seen", "check": "deck", "fault": FAULT},
        {"kind": "ended", "check": "hull", "faults": [FAULT, FAULT], "reason": "", "seconds": 1.5},
        {"kind": "fitted", "folder": str(tmp_path)},
        {"kind": "broken", "fault": FAULT},
        {"kind": "done"},
    ]


def test_nothing_is_read_twice(tmp_path):
    journal, reader = Journal(tmp_path / "journal"), Reader(tmp_path / "journal")
    journal.begun("hull")
    assert len(reader.entries()) == 1
    assert reader.entries() == []
    journal.begun("deck")
    assert [entry["check"] for entry in reader.entries()] == ["deck"]


def test_a_journal_that_is_not_begun_yet_is_empty(tmp_path):
    assert Reader(tmp_path / "journal").entries() == []


def test_half_a_line_is_left_for_later(tmp_path):
    path = tmp_path / "journal"
    path.write_bytes(b'{"kind": "begun", "check": "hull"}\n{"kind": "be')
    reader = Reader(path)
    assert len(reader.entries()) == 1
    with path.open("ab") as file:
        file.write(b'gun", "check": "deck"}\n')
    assert reader.entries() == [{"kind": "begun", "check": "deck"}]


def test_what_was_told_before_a_process_ended_at_once_is_there(tmp_path):
    code = (
        "import os, pathlib; from itwinai_core.testing.journal import Journal;"
        f"Journal(pathlib.Path({str(tmp_path / 'journal')!r})).begun('hull'); os._exit(3)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 3
    assert Reader(tmp_path / "journal").entries() == [{"kind": "begun", "check": "hull"}]


def test_processes_that_share_a_journal_write_whole_lines(tmp_path):
    code = (
        "import pathlib, sys; from itwinai_core.testing.journal import Journal;"
        f"journal = Journal(pathlib.Path({str(tmp_path / 'journal')!r}));"
        "[journal.begun(sys.argv[1] * 20) for _ in range(50)]"
    )
    processes = [subprocess.Popen([sys.executable, "-c", code, name]) for name in "abc"]
    assert [process.wait() for process in processes] == [0, 0, 0]
    checks = [entry["check"] for entry in Reader(tmp_path / "journal").entries()]
    assert sorted(checks) == ["a" * 20] * 50 + ["b" * 20] * 50 + ["c" * 20] * 50
