"""What the author of a new plugin chooses, and what follows from it."""

from __future__ import annotations

import builtins
import keyword
import re
import unicodedata
from dataclasses import dataclass

from itwinai_core.errors import UserError

ENGINES = {"lightning": "lightning", "keras": "tensorflow"}
"""Engines that a plugin may be written for, and the extra of the core that brings each."""

LICENSES = {
    "apache-2.0": "Apache-2.0",
    "mit": "MIT",
    "bsd-3-clause": "BSD-3-Clause",
    "gpl-3.0-or-later": "GPL-3.0-or-later",
}
"""Licences to choose from, as they are typed and as packages name them."""

SUMMARY = "Estimates the length of a pendulum from its swing"
"""What a plugin trains as it is generated."""

_LONGEST_LINE = 200
_EMAIL = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@[a-zA-Z0-9-]+(\.[a-zA-Z0-9-]+)+", re.ASCII)
# What the plugin's modules know by these names must not be hidden, and these letters are read as digits.
_NO_CLASSES = {
    *("Any", "DataSplits", "Estimator", "KerasUseCase", "LightningUseCase", "Mapping", "Path", "RunConfig", "Sequence"),
    *("Settings", "I", "O"),
}


@dataclass(frozen=True)
class Choices:
    """All that the templates of a plugin ask for."""

    name: str
    """Name of the use case, e.g. ``sea-ice``."""

    engine: str
    """One of `ENGINES`."""

    license: str = "apache-2.0"
    """One of `LICENSES`."""

    author: str = ""
    """Who holds the copyright; by default the plugin's developers."""

    email: str = ""
    """Where the author can be reached; may be left out."""

    summary: str = SUMMARY
    """What is trained, in one line."""

    def __post_init__(self) -> None:
        """Refuse texts that do not fit into the files of a package.

        Raises:
            UserError: an option is no single line, too long, or not of its form.
        """
        for option, text in (("author", self.author), ("email", self.email), ("summary", self.summary)):
            odd = [character for character in text if unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"}]
            if odd:
                raise UserError(f"--{option} is one line of text, and yours holds {odd[0]!r}.\nLeave that out.")
            if len(text) > _LONGEST_LINE:
                raise UserError(f"--{option} is {len(text)} characters long.\nUse at most {_LONGEST_LINE}.")
        if self.email and not _EMAIL.fullmatch(self.email):
            raise UserError(f"--email: '{self.email}' is no address that packages may carry.\nWrite name@host.domain.")
        if not self.summary.strip():
            raise UserError("--summary is empty.\nSay in one line what the plugin trains.")

    @property
    def distribution(self) -> str:
        """Name of the folder, and of what pip installs."""
        return f"itwinai-{self.name}"

    @property
    def package(self) -> str:
        """Name under which Python imports it."""
        return self.distribution.replace("-", "_")

    @property
    def class_name(self) -> str:
        """Name of the class of the use case; it hides nothing that the module uses."""
        name = "".join(part.capitalize() for part in self.name.split("-"))
        taken = name in _NO_CLASSES or hasattr(builtins, name) or keyword.iskeyword(name)
        return f"{name}Plugin" if taken else name

    @property
    def owner(self) -> str:
        """Who holds the copyright."""
        return self.author.strip() or f"The {self.distribution} developers"
