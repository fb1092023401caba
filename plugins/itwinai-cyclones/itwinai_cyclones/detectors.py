"""A trained network with the rules of its run: from the fields of one time to centres and a map of scores."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from itwinai_cyclones import compact_detections, detections, score_maps
from itwinai_cyclones.compact import on_globe
from itwinai_cyclones.detections import Centre, Rules
from itwinai_cyclones.geodesy import STEP
from itwinai_cyclones.settings import CyclonesSettings, DetectionSettings

Array = NDArray[np.float32]


@dataclass(frozen=True)
class Detector:
    """Finds centres in fields.

    Attributes:
        variables: What it reads.
        rules: What counts as a centre.
        compact: Whether ``answer`` takes whole globes to heatmaps, or patches to positions.
        answer: The network.
    """

    variables: tuple[str, ...]
    rules: Rules
    compact: bool
    answer: Callable[[Array], Array]

    def __call__(self, fields: Array) -> list[Centre]:
        """Return the centres of one time, highest score first.

        Args:
            fields: On the model's grid, shape ``(C, 721, 1440)``, its variables in their order.
        """
        return self.look(fields, mapped=False)[0]

    def look(self, fields: Array, *, mapped: bool) -> tuple[list[Centre], Array | None]:
        """Return the centres of one time, and the scores of the network wherever centres may lie.

        Args:
            fields: On the model's grid, shape ``(C, 721, 1440)``, its variables in their order.
            mapped: Whether to map the scores.

        Returns:
            Centres, and scores on the cells of ``score_maps.axes``, None where they are not mapped.
        """
        rules, limit = self.rules, self.rules.maximum_latitude
        if self.compact:
            answers = compact_detections.heatmap(fields, self.answer, limit)
            centres = compact_detections.centres_of(fields, self.variables, answers, rules)
            return centres, score_maps.of_heatmap(answers, limit) if mapped else None
        votes = detections.ask(fields, self.answer, rules)
        centres = detections.centres_of(fields, self.variables, votes, rules)
        return centres, score_maps.of_votes(votes, limit, rules.merge_km) if mapped else None


def detector(settings: CyclonesSettings, model: Any) -> Detector:
    """Return the detector of a run.

    Args:
        settings: Of the run.
        model: Its trained network.
    """
    compact = settings.model.name == "compact"
    answer = on_globe(model).predict_on_batch if compact else predictor(model)
    return Detector(settings.data.variables, rules_of(settings.detection, compact=compact), compact, answer)


def predictor(model: Any) -> Callable[[Array], Array]:
    """Return a function from patches, shape ``(B, 40, 40, C)``, to positions, shape ``(B, 2)``.

    Args:
        model: Trained network.
    """
    return lambda patches: np.asarray(model.predict(patches, batch_size=256, verbose=0), dtype=np.float32)


def rules_of(settings: DetectionSettings, *, compact: bool = False) -> Rules:
    """Return the rules of detection that some settings ask for.

    Args:
        settings: The ``detection`` section.
        compact: Whether they are for the compact network.
    """
    return Rules(
        stride=round(settings.stride / STEP),
        maximum_latitude=settings.maximum_latitude,
        agreement=settings.agreement,
        merge_km=settings.merge_radius,
        snap_km=settings.snap_radius,
        contour=settings.contour,
        contour_degrees=settings.contour_radius,
        minimum_wind=settings.minimum_wind,
        inland_km=settings.inland,
        score=settings.score,
        hard=settings.physics == "hard" or not compact,
        warm_core=settings.warmth,
    )
