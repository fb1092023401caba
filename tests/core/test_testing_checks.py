"""Every check is described where its user looks, and made in one place."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from itwinai_core.testing.checks import CHECKS, DYNAMIC_CHECKS, ROLES, WATCHED

PAGE = Path(__file__).parents[2] / "docs" / "check-plugin.md"


def test_the_page_lists_every_check_with_its_promise_and_in_order():
    if not PAGE.is_file():
        pytest.skip("the pages are not part of what is installed")
    rows = re.findall(r"^\| `([a-z-]+)` \| (.+) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert rows == [(check.name, check.promise) for check in CHECKS]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_a_promise_is_one_clause(check):
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", check.name)
    assert check.promise[0].islower()
    assert check.promise[-1] not in ".!"
    assert len(check.promise) <= 80


def test_every_check_is_made_by_one_role_or_watched_by_all():
    made = [check.name for checks in ROLES.values() for check in checks] + [check.name for check in WATCHED]
    assert sorted(made) == sorted(check.name for check in CHECKS)
    assert {check.name for check in DYNAMIC_CHECKS} == set(made) - {check.name for check in ROLES["look"]}


@pytest.mark.parametrize("check", WATCHED, ids=lambda check: check.name)
def test_a_watched_check_has_nothing_more_to_find(check):
    assert check.find(None) == []


def test_to_list_the_checks_nothing_heavy_is_imported():
    code = (
        "import sys, itwinai_core.testing, itwinai_core.testing.checks;"
        "print([name for name in ('torch', 'lightning', 'keras', 'tensorflow', 'jax', 'numpy') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
