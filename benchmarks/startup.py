"""Prints what a command costs before it does anything: CPU seconds of a fresh process, its children included."""

import argparse
import resource
import subprocess
import sys
from pathlib import Path
from statistics import median

BAR = 0.30
"""Dearest that listing plugins may be with every plugin installed [CPU s]."""

ITWINAI = str(Path(sys.executable).with_name("itwinai"))
COMMANDS = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "itwinai --help": [ITWINAI, "--help"],
    "itwinai list-plugins": [ITWINAI, "list-plugins"],
}


def cpu_seconds(command: list[str]) -> float:
    """Return user and system time of one process [s]."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def main() -> None:
    """Measure each command; exit with 1 where listing plugins is over the bar."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=11, help="measured runs of each command, after one to warm up")
    runs = parser.parse_args().runs
    took = {}
    for name, command in COMMANDS.items():
        cpu_seconds(command)
        took[name] = median(cpu_seconds(command) for _ in range(runs))
    baseline = took["python -c pass"]
    print(f"median CPU seconds of {runs} runs")
    for name, seconds in took.items():
        print(f"{name:<22} {seconds:.3f} s  {seconds / baseline:5.1f} x")
    sys.exit(f"itwinai list-plugins: over {BAR:.2f} s" if took["itwinai list-plugins"] > BAR else 0)


if __name__ == "__main__":
    main()
