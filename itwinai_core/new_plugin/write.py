"""Puts a new plugin on disk: all of it, or nothing."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from itwinai_core.errors import UserError
from itwinai_core.new_plugin.render import render

if TYPE_CHECKING:
    from itwinai_core.new_plugin.choices import Choices


def write(choices: Choices, output: Path) -> Path:
    """Write a plugin and return its folder.

    The files are written beside their place and moved there when all of them are there.

    Args:
        choices: What the plugin is.
        output: Folder that the plugin's own folder goes into; it is made where it is missing.

    Raises:
        UserError: the plugin's folder is there already, or cannot be written.
    """
    place = output / choices.distribution
    if place.exists() or place.is_symlink():
        raise UserError(f"{place} is there already, and it stays as it is.\nChoose another name or --output.")
    rendered = render(choices)
    made = [folder for folder in (output, *output.parents) if not folder.exists()]
    unfinished = None
    try:
        output.mkdir(parents=True, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(dir=output, prefix=f".{choices.distribution}-"))
        for path, content in rendered.items():
            target = unfinished / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        unfinished.chmod(0o755)
        unfinished.rename(place)
    except OSError as error:
        raise UserError(f"{place} cannot be written: {error.strerror}.\nChoose another --output.") from None
    finally:
        if unfinished is not None:
            shutil.rmtree(unfinished, ignore_errors=True)
        if not place.exists():
            for folder in made:
                _remove_empty(folder)
    return place


def _remove_empty(folder: Path) -> None:
    try:
        folder.rmdir()
    except OSError:
        return
