"""Prints what listing plugins costs against their number: CPU seconds of a fresh process, its children included."""

import argparse
import os
import sys
import tempfile
from pathlib import Path
from statistics import median

from startup import cpu_seconds

BAR = 0.60
"""Dearest that listing fifty light plugins may be [CPU s]."""

NUMBERS = (0, 1, 10, 25, 50)
PLUGIN = '''"""A light plugin, as `itwinai new-plugin` writes the front door of one."""

from itwinai_core import Config, DataSplits, LightningUseCase, RunConfig, hookimpl


class Settings(Config):
    """The ``settings`` section of a run."""

    samples: int = 256
    """Training samples."""

    learning_rate: float = 0.01
    """Size of a step of the optimiser."""

    name: str = "plain"
    """Shape of the network."""


class Light{number}(LightningUseCase[Settings]):
    """One of many."""

    name = "light-{number}"
    summary = "One of many light plugins"
    settings = Settings

    def build_data(self, run: RunConfig[Settings]) -> DataSplits:
        """Return nothing."""
        return DataSplits([], [])

    def build_model(self, run: RunConfig[Settings]) -> None:
        """Return nothing."""


@hookimpl
def itwinai_use_cases() -> list[Light{number}]:
    """Offer the one use case of this plugin."""
    return [Light{number}()]
'''
METADATA = "Metadata-Version: 2.1\nName: itwinai-light-{number}\nVersion: 1.0\nRequires-Dist: itwinai-core<0.2,>=0.1\n"


def install(site: Path, number: int) -> None:
    """Lay one light plugin into a folder, as pip would."""
    package = site / f"itwinai_light_{number}"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "plugin.py").write_text(PLUGIN.replace("{number}", str(number)), encoding="utf-8")
    info = site / f"itwinai_light_{number}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(METADATA.format(number=number), encoding="utf-8")
    point = f"[itwinai]\nlight-{number} = itwinai_light_{number}.plugin\n"
    (info / "entry_points.txt").write_text(point, encoding="utf-8")


def main() -> None:
    """Measure each number of plugins; exit with 1 where fifty are over the bar."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=9, help="measured runs of each number, after one to warm up")
    runs = parser.parse_args().runs
    command = [sys.executable, "-m", "itwinai_core", "list-plugins"]
    os.environ["ITWINAI_PLUGINS"] = ",".join(f"light-{number}" for number in range(max(NUMBERS)))
    took = {}
    for number in NUMBERS:
        with tempfile.TemporaryDirectory() as site:
            for each in range(number):
                install(Path(site), each)
            os.environ["PYTHONPATH"] = site
            cpu_seconds(command, Path())
            took[number] = median(cpu_seconds(command, Path()) for _ in range(runs))
    print(f"median CPU seconds of {runs} runs of itwinai list-plugins")
    for number, seconds in took.items():
        print(f"{number:>3} plugins  {seconds:.3f} s  {seconds / took[0]:5.2f} x")
    print(f"a plugin more  {1000 * (took[50] - took[0]) / 50:.1f} ms")
    sys.exit(f"fifty plugins: over {BAR:.2f} s" if took[50] > BAR else 0)


if __name__ == "__main__":
    main()
