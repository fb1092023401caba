"""The YAML of run files: safe, no key twice, and 1e-3 is a number."""

from __future__ import annotations

import re
from typing import Any

import yaml


class YamlMistakeError(Exception):
    """Text that is not YAML as run files use it.

    Args:
        problem: What is wrong.
        mark: Where, as far as the parser knows.
    """

    def __init__(self, problem: str, mark: yaml.Mark | None) -> None:
        super().__init__(problem)
        self.place = f"line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        """Line and column, counted from 1; empty where unknown."""


def parse_yaml(text: str) -> Any:
    """Return the plain values that a YAML text describes.

    Raises:
        YamlMistakeError: the text does not parse, or a mapping repeats a key.
    """
    try:
        return yaml.load(text, Loader=_RunLoader)  # noqa: S506 - it is a SafeLoader
    except yaml.MarkedYAMLError as error:
        raise YamlMistakeError(error.problem or "this is not YAML", error.problem_mark) from None
    except yaml.YAMLError as error:
        raise YamlMistakeError(str(error).splitlines()[0], None) from None


class _RunLoader(yaml.SafeLoader):
    """Safe YAML that refuses a repeated key."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 - PyYAML's
        seen: set[str] = set()
        for key, _ in node.value:
            name = str(key.value)
            if name in seen:
                raise yaml.constructor.ConstructorError(None, None, f"the key '{name}' stands twice", key.start_mark)
            seen.add(name)
        return super().construct_mapping(node, deep=deep)


# YAML 1.1 takes 1e-3 for a word, because it has no dot; everybody types it.
_RunLoader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"^[-+]?(\d+(\.\d*)?|\.\d+)[eE][-+]?\d+$"), list("-+.0123456789")
)
