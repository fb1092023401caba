"""Prints what a command costs before it does anything: CPU seconds of a fresh process, its children included."""

import argparse
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

BARS = {"itwinai list-plugins": 0.30, "a mistake in a run": 0.40}
"""Dearest that each may be with every plugin installed [CPU s]."""

MISTAKE = "use_case: virgo\nsettings:\n  model:\n    nme: unet\n"

ITWINAI = str(Path(sys.executable).with_name("itwinai"))
COMMANDS = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "itwinai --help": [ITWINAI, "--help"],
    "itwinai list-plugins": [ITWINAI, "list-plugins"],
    "a mistake in a run": [ITWINAI, "fit", "run.yaml"],
}


def cpu_seconds(command: list[str], folder: Path) -> float:
    """Return user and system time of one process [s]."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)
    if done.returncode and "Did you mean 'name'?" not in done.stderr:
        sys.exit(done.stderr)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def main() -> None:
    """Measure each command; exit with 1 where one is over its bar."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=11, help="measured runs of each command, after one to warm up")
    runs = parser.parse_args().runs
    took = {}
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        (folder / "run.yaml").write_text(MISTAKE, encoding="utf-8")
        for name, command in COMMANDS.items():
            cpu_seconds(command, folder)
            took[name] = median(cpu_seconds(command, folder) for _ in range(runs))
    baseline = took["python -c pass"]
    print(f"median CPU seconds of {runs} runs")
    for name, seconds in took.items():
        print(f"{name:<22} {seconds:.3f} s  {seconds / baseline:5.1f} x")
    over = [f"{name}: over {bar:.2f} s" for name, bar in BARS.items() if took[name] > bar]
    sys.exit("\n".join(over) or 0)


if __name__ == "__main__":
    main()
