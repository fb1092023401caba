"""Every check, the cheapest first, and the process in which it is made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from itwinai_core.testing.contract import Check
from itwinai_core.testing.static import STATIC_CHECKS
from itwinai_core.testing.watching import NO_NETWORK, RUN_FOLDER_ONLY

if TYPE_CHECKING:
    from itwinai_core.testing.contract import Fault
    from itwinai_core.testing.trial import Trial


def _one_batch_fit(trial: Trial) -> list[Fault]:
    from itwinai_core.testing.fitting import one_batch_fit

    return one_batch_fit(trial)


def _overfit_one_batch(trial: Trial) -> list[Fault]:
    from itwinai_core.testing.learning import overfit_one_batch

    return overfit_one_batch(trial)


def _reload_without_pickle(trial: Trial) -> list[Fault]:
    from itwinai_core.testing.applying import reload_without_pickle

    return reload_without_pickle(trial)


def _resume(trial: Trial) -> list[Fault]:
    from itwinai_core.testing.resuming import resume

    return resume(trial)


def _two_replicas(trial: Trial) -> list[Fault]:
    from itwinai_core.testing.replicas import two_replicas

    return two_replicas(trial)


def _determinism(trial: Trial) -> list[Fault]:
    from itwinai_core.testing.fitting import one_batch_fit
    from itwinai_core.testing.repeating import keep

    one_batch_fit(trial)
    return keep(trial, trial.folder)


def _assess_and_predict(trial: Trial) -> list[Fault]:
    from itwinai_core.testing.applying import assess_and_predict

    return assess_and_predict(trial)


def _watched(_: Trial) -> list[Fault]:
    """Nothing more to find: the process is watched while it makes the other checks."""
    return []


ONE_BATCH_FIT = Check(
    "one-batch-fit", "a quick run trains, and reports finite metrics by their agreed names", _one_batch_fit
)
OVERFIT = Check(
    "overfit-one-batch", "the loss of one batch falls, and depends on what the model is given", _overfit_one_batch
)
RELOAD = Check(
    "reload-without-pickle", "a new process finds the trained model in its checkpoint", _reload_without_pickle
)
RESUME = Check("resume", "a fit that goes on from a checkpoint ends where one without a break ends", _resume)
TWO_REPLICAS = Check("two-replicas", "a batch teaches one replica what its halves teach two", _two_replicas)
DETERMINISM = Check("determinism", "the same run gives the same samples, weights and metrics", _determinism)
NETWORK = Check(NO_NETWORK, "only prepare uses the network", _watched)
RUN_FOLDER = Check(RUN_FOLDER_ONLY, "nothing is written outside of the run folder", _watched)
ASSESS_AND_PREDICT = Check("assess-and-predict", "the run is judged and applied in a new process", _assess_and_predict)

DYNAMIC_CHECKS: tuple[Check[Trial], ...] = (
    ONE_BATCH_FIT,
    OVERFIT,
    RELOAD,
    RESUME,
    TWO_REPLICAS,
    DETERMINISM,
    NETWORK,
    RUN_FOLDER,
    ASSESS_AND_PREDICT,
)

CHECKS: tuple[Check[Any], ...] = (*STATIC_CHECKS, *DYNAMIC_CHECKS)
"""Every check, the cheapest first."""

WATCHED = NETWORK, RUN_FOLDER
"""Checks that go on beside all others."""

ROLES: dict[str, tuple[Check[Any], ...]] = {
    "look": STATIC_CHECKS,
    "first": (ONE_BATCH_FIT, RESUME, TWO_REPLICAS),
    "second": (DETERMINISM, OVERFIT),
    "apply": (RELOAD, ASSESS_AND_PREDICT),
}
"""What a process does, and the checks that it makes, in order."""
