"""Lightning's and Keras's strategies, as a plugin that is always there."""

from itwinai_core.hookspecs import hookimpl
from itwinai_core.strategies.keras import KerasAuto
from itwinai_core.strategies.lightning import LightningAuto
from itwinai_core.strategy import Strategy


@hookimpl
def itwinai_strategies() -> list[Strategy]:
    """Offer the strategies of both engines."""
    return [LightningAuto(), KerasAuto()]
