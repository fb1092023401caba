"""Pages of the docs that a test writes: each run compares them, and `pytest TEST --write-docs` writes them anew.

Also, Ctrl-C is heard by what tests start, although a shell that put the tests into the background has it ignored.
"""

import signal
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[1] / "docs"
MARK = "<!-- What follows is written by a test: pytest {test} --write-docs -->"


if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser):
    parser.addoption("--write-docs", action="store_true", help="write the tables in docs/ anew")


@pytest.fixture
def hold_page(request):
    """Return a function that holds the part of a page below its mark equal to a text."""
    test = Path(request.node.path).relative_to(DOCS.parent)
    mark = MARK.format(test=test)

    def hold(page, text):
        path = DOCS / page
        head, found, written = path.read_text(encoding="utf-8").partition(mark)
        assert found, f"{path.name} lacks the line {mark}"
        wanted = f"\n\n{text.strip()}\n"
        if request.config.getoption("--write-docs"):
            path.write_text(head + mark + wanted, encoding="utf-8")
        else:
            assert written == wanted, f"docs/{page} is behind: pytest {test} --write-docs"

    return hold
