"""Which frameworks are installed, whether they load, and which devices they see: each in a process of its own."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version

from itwinai_core import entry_points
from itwinai_core.progress import track

_LIMIT = 180.0  # TensorFlow takes half a minute from a cold disk [s]
_FIRST = f"import runpy\nrunpy.run_path({entry_points.__file__!r})['pass_over_unreadable']()\n"
_DEVICES = {
    "torch": (
        "import torch\n"
        "found = ['cpu'] + [torch.cuda.get_device_name(number) for number in range(torch.cuda.device_count())]\n"
        "found += ['mps'] if torch.backends.mps.is_available() else []\n"
    ),
    "lightning": "import lightning.pytorch\nfound = []\n",
    "tensorflow": (
        "from tensorflow import config\n"
        "found = [device.name.rpartition('physical_device:')[2] for device in config.list_physical_devices()]\n"
    ),
    "jax": "import jax\nfound = [f'{device.platform}:{device.id} {device.device_kind}' for device in jax.devices()]\n",
    "keras": "import keras\nfound = ['on ' + keras.backend.backend()]\n",
}
_ANSWER = "\nimport json, sys\nsys.stdout.write('\\n' + json.dumps(found))\n"


@dataclass(frozen=True)
class Framework:
    """One framework in this environment."""

    name: str
    version: str = ""
    """Empty where it is not installed."""
    seconds: float = 0.0
    """Time that importing it took [s]."""
    devices: list[str] = field(default_factory=list)
    problem: str = ""
    """Why it does not load; empty where it does."""

    @property
    def works(self) -> bool:
        """Whether it is installed and loads."""
        return bool(self.version) and not self.problem


def examine_frameworks() -> list[Framework]:
    """Return what is known of each framework; importing all of them takes a while, so progress is shown."""
    workers = max(1, min(len(_DEVICES), os.cpu_count() or 1))
    with ThreadPoolExecutor(workers) as pool:
        found = pool.map(_examined, _DEVICES)
        return list(track(found, "Loading each framework", total=len(_DEVICES)))


def _examined(name: str) -> Framework:
    if importlib.util.find_spec(name) is None:
        return Framework(name)
    try:
        here = version(name)
    except PackageNotFoundError:
        here = "unknown"
    began = time.monotonic()
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "JAX_PLATFORMS": os.environ.get("JAX_PLATFORMS", "")}
    try:
        ended = subprocess.run(  # noqa: S603 - this Python, and code that stands above
            [sys.executable, "-c", _FIRST + _DEVICES[name] + _ANSWER],
            env=os.environ | quiet,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            timeout=_LIMIT,
        )
    except subprocess.TimeoutExpired:
        return Framework(name, here, _LIMIT, problem=f"it has not finished loading after {_LIMIT:g} s")
    seconds = round(time.monotonic() - began, 2)
    if ended.returncode:
        lines = [line for line in ended.stderr.splitlines() if line.strip()]
        reason = lines[-1].strip() if lines and ended.returncode > 0 else f"Python ended with {ended.returncode}"
        return Framework(name, here, seconds, problem=reason)
    return Framework(name, here, seconds, devices=json.loads(ended.stdout.splitlines()[-1]))
