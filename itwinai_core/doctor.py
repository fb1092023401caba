"""The story of `itwinai doctor`: what is here, what works, and what to do about the rest."""

from __future__ import annotations

import os
import platform
import sys
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from itwinai_core.api import API_VERSION
from itwinai_core.errors import UserError
from itwinai_core.fit import plan
from itwinai_core.frameworks import Framework, examine_frameworks
from itwinai_core.plugins.requirements import unfit_versions

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from itwinai_core.plugins import Plugin, Plugins

_VARIABLES = (
    "ITWINAI_",
    "KERAS_",
    "CUDA_VISIBLE_DEVICES",
    "JAX_PLATFORMS",
    "OMP_NUM_THREADS",
    "SLURM_JOB_ID",
    "WANDB_",
)
_SECRET = ("KEY", "TOKEN", "PASSWORD", "SECRET")
_BACK_ENDS = ("tensorflow", "jax", "torch")


@dataclass(frozen=True)
class Examination:
    """All that a doctor finds."""

    environment: dict[str, Any]
    """Versions, machine, and variables that change what happens."""

    frameworks: list[Framework]
    engines: dict[str, str]
    """For each engine, what it runs on, or why it does not run."""

    plugins: list[Plugin]
    remarks: list[str] = field(default_factory=list)
    """What does not keep a plugin from working now, and will, with what to do about it."""

    @property
    def set_aside(self) -> list[Plugin]:
        """Plugins that do not work."""
        return [plugin for plugin in self.plugins if plugin.diagnosis]


def examine(plugins: Plugins) -> Examination:
    """Look at the environment, at each framework, and at each plugin in a process of its own.

    Args:
        plugins: What is installed, each tried alone.
    """
    frameworks = examine_frameworks()
    working = {framework.name: framework for framework in frameworks if framework.works}
    return Examination(
        environment=_environment(),
        frameworks=frameworks,
        engines=_engines(working),
        plugins=plugins.installed,
        remarks=[remark for plugin in plugins.installed for remark in _remarks(plugin, plugins, working)],
    )


def _environment() -> dict[str, Any]:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    variables = {name: value for name, value in sorted(os.environ.items()) if name.startswith(_VARIABLES)}
    return {
        "itwinai-core": version("itwinai-core"),
        "api": API_VERSION,
        "python": sys.version.split()[0],
        "executable": sys.executable,
        "platform": platform.platform(),
        "processors": len(os.sched_getaffinity(0)),
        "memory_gib": round(memory / 2**30, 1),
        "variables": {
            name: "set" if any(word in name for word in _SECRET) else value for name, value in variables.items()
        },
    }


def _engines(working: Mapping[str, Framework]) -> dict[str, str]:
    missing = [name for name in ("torch", "lightning") if name not in working]
    lightning = f"does not run: {' and '.join(missing)} missing" if missing else "runs on torch"
    back_ends = [name for name in _BACK_ENDS if name in working]
    if not back_ends:
        keras = f"does not run: it needs one of {', '.join(_BACK_ENDS)}"
    elif "keras" not in working:
        keras = "does not run: keras is missing, or its back end is"
    else:
        chosen = working["keras"].devices[0].removeprefix("on ")
        others = ", ".join(name for name in back_ends if name != chosen)
        keras = f"runs on {chosen}" + (f"; with KERAS_BACKEND also on {others}" if others else "")
    return {"lightning": lightning, "keras": keras}


def _remarks(plugin: Plugin, plugins: Plugins, working: Mapping[str, Framework]) -> Iterator[str]:
    if plugin.status != "working":
        return
    yield from (f"{plugin.title}: {sentence}" for sentence in unfit_versions(plugin))
    if plugin.noise.strip():
        yield f"{plugin.title} prints while it is loaded: {' '.join(plugin.noise.split())[:120]}"
    for offered in plugin.use_cases:
        if offered.engine not in working:
            yield (
                f"{plugin.title}: its use case '{offered.name}' needs {offered.engine}, which does not load here: "
                f"itwinai install {plugin.distribution}"
            )
        try:
            plan(offered.name, (), plugins)
        except UserError as error:
            yield f"{plugin.title}: {error}"
