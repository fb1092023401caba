"""Each engine drives one framework; nothing else in the core imports one."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from itwinai_core.errors import PluginError

if TYPE_CHECKING:
    from itwinai_core.engines.contract import Engine

_PACKAGES = {"lightning": "itwinai_core.engines.lightning", "keras": "itwinai_core.engines.keras"}
_EXTRAS = {"lightning": "lightning", "keras": "tensorflow"}


def engine(name: str) -> Engine:
    """Return the engine of this name; its framework is imported here.

    Raises:
        PluginError: a package that it needs is not installed.
    """
    try:
        module = importlib.import_module(_PACKAGES[name])
    except ModuleNotFoundError as error:
        raise PluginError(
            f"The {name} engine needs the package '{error.name}', which is not installed.\n"
            f"Install it with: pip install 'itwinai-core[{_EXTRAS[name]}]'"
        ) from None
    found: Engine = module.ENGINE
    return found
