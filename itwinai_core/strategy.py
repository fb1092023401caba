"""Contract of a distribution strategy: how a fit is spread over devices."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar, Literal

if TYPE_CHECKING:
    from itwinai_core.config import StrategyConfig


class Strategy(ABC):
    """One way of spreading a fit; a pair of name and engine is unique."""

    name: ClassVar[str]
    """The framework's own name, as it stands in ``strategy.name``."""

    engine: ClassVar[Literal["lightning", "keras"]]
    """Engine that it serves."""

    summary: ClassVar[str]
    """One line that says when to choose it."""

    @abstractmethod
    def build(self, options: StrategyConfig) -> Any:
        """Return the framework's own strategy; import the framework here and nowhere else.

        Lightning takes what ``Trainer(strategy=…)`` takes; Keras an object with a ``scope()``, or None for none.

        Args:
            options: The ``strategy`` section of the run.
        """
