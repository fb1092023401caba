"""Builds the data of one use case in a process of its own, and looks at what it hands over."""

from __future__ import annotations

import traceback
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from itwinai_core.testing.contract import Fault, Subject
from itwinai_core.testing.disturbing import disturb
from itwinai_core.testing.static.processes import answered, asked
from itwinai_core.testing.static.samples import Look, named
from itwinai_core.testing.static.splits import (
    parts,
    shared_samples,
    spread,
    wrong_augmentation,
    wrong_parts,
)
from itwinai_core.testing.trial import Trial

if TYPE_CHECKING:
    from itwinai_core.sources import DataSplits
    from itwinai_core.use_case import UseCase

_KEPT = 40  # samples of a part that are compared with those of another process


def main() -> None:
    """Build the data that the request names, and write down what is wrong with them."""
    request = asked()
    subject = Subject(request["name"])
    (use_case,) = (offered for offered in subject.use_cases if offered.name == request["use_case"])
    if request["disturb"]:
        disturb()
    try:
        run = Trial(subject, use_case, Path(), None).run()  # type: ignore[arg-type]
        use_case.prepare(run)
        data = use_case.build_data(run)
        faults = list(wrong_parts(data, use_case.name))
        if not faults and request["look"]:
            faults = _looked_at(data, use_case)
        if not faults:
            _keep(data, request["keep"])
    except Exception as error:  # noqa: BLE001 - whatever a plugin raises
        faults = [
            Fault(
                f"Building and reading the data of '{use_case.name}' raises {_said(error, subject)}",
                "Let the quick run build its data anywhere: mend the line, and name files by where the package is.",
            )
        ]
    answered(request, {"faults": [asdict(fault) for fault in faults]})


def _looked_at(data: DataSplits, use_case: UseCase[Any]) -> list[Fault]:
    for part, source in parts(data).items():
        found = Look(source, part, use_case.name, use_case.engine).faults(spread(len(source)))
        if part == "train" and not found and hasattr(source, "augmented"):
            found = list(wrong_augmentation(source, use_case.name))
        if found:
            return found  # the other parts are mostly made by the same code
    return list(shared_samples(data, use_case.name))


def _keep(data: DataSplits, place: str) -> None:
    """Write some samples of each part into a file, for comparing with those of another process."""
    arrays: dict[str, Any] = {}
    for part, source in parts(data).items():
        arrays[f"{part}: len()"] = np.asarray(len(source))
        for index in spread(len(source), most=_KEPT):
            arrays |= {f"{part}, sample {index}: {key}": value for key, value in named(source[index])}
    np.savez(place, **arrays)


def _said(error: Exception, subject: Subject) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if subject.owns(frame.filename)]
    place = f" ({Path(own[-1].filename).relative_to(subject.folder.parent)}:{own[-1].lineno})" if own else ""
    return f"{type(error).__name__}: {' '.join(str(error).split())[:300]}{place}"


if __name__ == "__main__":
    main()
