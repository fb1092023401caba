"""Progress shows on standard error, as bars on a terminal and as lines elsewhere."""

import io
import os

import pytest
from rich.console import Console

from itwinai_core import track
from itwinai_core.engines import progress
from itwinai_core.engines.quiet import muted_stderr


def test_tracking_passes_every_item_on(capsys):
    assert list(track(range(5), "Counting")) == [0, 1, 2, 3, 4]
    out, err = capsys.readouterr()
    assert out == ""
    assert "Counting" in err


def test_tracking_takes_a_total_for_what_has_no_length():
    assert list(track(iter("ab"), "Letters", total=2)) == ["a", "b"]


@pytest.mark.parametrize("terminal", [True, False])
def test_each_epoch_is_a_line_with_its_metrics(monkeypatch, terminal):
    shown = io.StringIO()
    console = Console(file=shown, force_terminal=terminal, width=200, highlight=False)
    monkeypatch.setattr(progress, "stderr_console", lambda: console)
    with progress.FitProgress(epochs=12, batches=2) as bar:
        bar.batch_done()
        bar.epoch_done(1, {"train/loss": 0.12345, "validation/loss": 2.0})
    text = shown.getvalue()
    assert "Epoch  1/12" in text
    assert "train/loss 0.1235  validation/loss 2" in text
    assert ("━" in text) == terminal


def test_muted_noise_is_gone_and_an_errors_noise_is_shown(capfd):
    with muted_stderr():
        os.write(2, b"chatter")
    os.write(2, b"after")
    assert capfd.readouterr().err == "after"
    with pytest.raises(RuntimeError, match="after noise"):
        noisy_failure()
    assert capfd.readouterr().err == "cause"


def noisy_failure():
    with muted_stderr():
        os.write(2, b"cause")
        raise RuntimeError("after noise")
