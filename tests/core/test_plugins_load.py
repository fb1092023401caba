"""What a plugin prints, logs and registers while it is loaded stays out of the program's output."""

import atexit
import logging
import os
import subprocess
import sys
import warnings

import pytest

from itwinai_core.plugins.load import quiet_process

AT_EXIT = """
import atexit, os, sys
from itwinai_core.plugins.load import quiet_process
atexit.register(print, "ours")
with quiet_process():
    atexit.register(print, "theirs")
    atexit.register(os.write, 2, b"theirs")
    atexit.register(sys.exit, 3)
    @atexit.register
    def fails():
        raise RuntimeError("theirs")
"""


def test_nothing_comes_through_by_whatever_way_it_is_written(capfd):
    print("before", flush=True)  # noqa: T201 - what is tested
    with quiet_process():
        print("a print")  # noqa: T201
        os.write(1, b"a write")
        os.write(2, b"a write")
        sys.stderr.write("an error")
        subprocess.run(["echo", "a child"], check=True)  # noqa: S607
    print("after", flush=True)  # noqa: T201
    out, err = capfd.readouterr()
    assert out == "before\nafter\n"
    assert err == ""


def test_there_is_nothing_to_read():
    with quiet_process():
        assert sys.stdin.read() == ""
        with pytest.raises(EOFError):
            input()


def test_all_is_as_before_also_after_an_error():
    before = sys.stdout, sys.stderr, sys.stdin, atexit.register, logging.getLogger().level
    with pytest.raises(ZeroDivisionError), quiet_process():
        os.environ["ITWINAI_LOADING"] = str(1 / 0)
    assert before == (sys.stdout, sys.stderr, sys.stdin, atexit.register, logging.getLogger().level)
    assert "ITWINAI_LOADING" not in os.environ


def test_filters_of_warnings_and_handlers_of_the_root_logger_end_with_the_block():
    filters, handlers = list(warnings.filters), list(logging.getLogger().handlers)
    with quiet_process():
        warnings.simplefilter("ignore")
        logging.getLogger().addHandler(logging.NullHandler())
        logging.getLogger().setLevel(1)
    assert list(warnings.filters) == filters
    assert logging.getLogger().handlers == handlers
    assert logging.getLogger().level != 1


def test_logging_that_is_switched_off_in_it_and_variables_that_are_taken_out_do_no_harm(monkeypatch):
    monkeypatch.setattr(os, "environ", dict(os.environ))
    with quiet_process():
        logging.disable(logging.CRITICAL)
        os.environ.clear()
    assert logging.getLogger().isEnabledFor(logging.CRITICAL)


def test_the_exit_code_is_that_of_the_program_whatever_is_registered_in_it():
    code = AT_EXIT.replace("sys.exit, 3)", "os._exit, 3)\n    atexit.register(lambda: os._exit(4))")
    ended = subprocess.run([sys.executable, "-c", f"{code}\nsys.exit(5)"], capture_output=True, text=True, check=False)
    assert ended.returncode == 5
    assert ended.stdout == "ours\n"


def test_what_is_registered_in_it_is_quiet_at_exit_and_what_was_before_is_not():
    ended = subprocess.run([sys.executable, "-c", AT_EXIT], capture_output=True, text=True, check=False)
    assert ended.returncode == 0
    assert ended.stdout == "ours\n"
    assert "theirs" not in ended.stderr
