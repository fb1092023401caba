"""Every hook is in the docs, with its arguments, and has a test."""

import inspect
import re

import pytest

from itwinai_core import hookspecs

HOOKS = sorted(name for name in vars(hookspecs) if name.startswith("itwinai_"))


def test_there_are_hooks():
    assert len(HOOKS) >= 4


@pytest.mark.parametrize("hook", HOOKS)
def test_hook_is_in_the_docs_with_its_arguments(root, hook):
    arguments = ", ".join(inspect.signature(getattr(hookspecs, hook)).parameters)
    assert f"`{hook}({arguments})`" in (root / "docs" / "hooks.md").read_text(encoding="utf-8")


def test_docs_know_no_other_hook(root):
    documented = re.findall(r"`(itwinai_\w+)\(", (root / "docs" / "hooks.md").read_text(encoding="utf-8"))
    assert sorted(set(documented)) == HOOKS


@pytest.mark.parametrize("hook", HOOKS)
def test_hook_has_a_test_named_for_it(root, hook):
    tests = [path.read_text(encoding="utf-8") for path in (root / "tests" / "core").rglob("test_*.py")]
    name = hook.removeprefix("itwinai_")
    assert any(re.search(rf"^def test_\w*{name}", text, re.MULTILINE) for text in tests)


@pytest.mark.parametrize("hook", HOOKS)
def test_hook_says_when_it_is_called(hook):
    assert re.search(r"Called|after|before", inspect.getdoc(getattr(hookspecs, hook)))
