"""Who keeps a name that two plugins take."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from itwinai_core.plugins.diagnose import line_with
from itwinai_core.plugins.record import Claim, Diagnosis, Plugin

if TYPE_CHECKING:
    from collections.abc import Iterable


def settle(plugins: Iterable[Plugin], core: Iterable[Claim]) -> None:
    """Set each plugin aside that takes a name of the core, or one that another plugin has the better claim to.

    The better claim has who is called like it, by entry point or as ``itwinai-NAME``; else who comes first by the name
    of its distribution. So installing one more package cannot take a use case over.
    """
    taken = set(core)
    claimants: dict[Claim, list[Plugin]] = defaultdict(list)
    for plugin in plugins:
        if plugin.status == "working":
            for claim in (("module", plugin.point.value), *plugin.offers.claims()):
                claimants[claim].append(plugin)
    for claim, rivals in claimants.items():
        kind, name = claim
        standing = sorted(
            (plugin for plugin in rivals if plugin.diagnosis is None),
            key=lambda plugin: (not _is_called(plugin, name), plugin.distribution),
        )
        owner = "the core" if claim in taken else next((plugin.title for plugin in standing), "")
        for loser in standing if claim in taken else standing[1:]:
            place = line_with(name.partition(" ")[0], loser)
            loser.diagnosis = Diagnosis(f"its {kind} '{name}' is offered by {owner} already", loser.removal(), *place)


def _is_called(plugin: Plugin, name: str) -> bool:
    called = re.sub(r"[-_.]+", "-", name).lower()
    return called in {plugin.name.lower(), re.sub(r"^itwinai-", "", plugin.distribution.lower().replace("_", "-"))}
