"""Files that a run reads: whether they are there, seen before anything is imported that takes seconds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from itwinai_core.config.shape import Read, Slot

if TYPE_CHECKING:
    from collections.abc import Iterator

    from itwinai_core.config.content import Content
    from itwinai_core.config.places import KeyPath
    from itwinai_core.config.schema import RunConfig


def check_files(content: Content, run: RunConfig[Any]) -> None:
    """See that the files are there which a run reads; those that only a default names are left to the use case.

    Args:
        content: What the run was made from.
        run: The validated run.

    Raises:
        ConfigError: for each that is not there, what set it, and a file that has nearly that name.
    """
    absent = [
        (path, file)
        for path, file in _files(run, Slot(type(run)), ())
        if not file.is_file() and content.holds(path) and content.origins[path][-1].kind != "use case"
    ]
    if absent:
        from itwinai_core.config.complaints import Complaint
        from itwinai_core.config.refusal import refusal

        raise refusal([Complaint(path, "path_not_file", "", str(file)) for path, file in absent], content, type(run))


def _files(value: Any, wanted: Slot | None, path: KeyPath) -> Iterator[tuple[KeyPath, Path]]:
    """Yield each file that is to be read, with its key path."""
    if wanted is None:
        return
    if isinstance(value, BaseModel):
        for key in type(value).model_fields:
            yield from _files(getattr(value, key), Slot(type(value)).entry(key), (*path, key))
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _files(inner, wanted.entry(key), (*path, key))
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            yield from _files(inner, wanted.item(index), (*path, index))
    elif isinstance(value, Path) and any(Read() in member.constraints for member in wanted.members()):
        yield path, value
