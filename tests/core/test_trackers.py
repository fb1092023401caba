"""Metrics reach a CSV file always, and Weights & Biases when asked for, without an account."""

import subprocess
import sys

import pytest

from itwinai_core.errors import PluginError
from itwinai_core.trackers.csv_file import CsvTracker, read_metrics
from itwinai_core.trackers.wandb import WandbTracker


def test_rows_are_on_disk_after_each_epoch(tmp_path):
    tracker = CsvTracker()
    tracker.start(None, tmp_path)
    tracker.log({"train/loss": 1.5}, epoch=1, step=3)
    assert (tmp_path / "metrics.csv").read_text() == "epoch,step,train/loss\n1,3,1.5\n"
    tracker.log({"train/loss": 0.5, "validation/loss": 0.7}, epoch=2, step=6)
    tracker.finish("finished")
    assert read_metrics(tmp_path / "metrics.csv") == [
        {"epoch": 1, "step": 3, "train/loss": 1.5},
        {"epoch": 2, "step": 6, "train/loss": 0.5, "validation/loss": 0.7},
    ]


@pytest.mark.slow
def test_wandb_follows_a_run_offline_without_an_account(toys, monkeypatch, line):
    pytest.importorskip("wandb")
    for variable in ("WANDB_API_KEY", "WANDB_MODE", "WANDB_PROJECT"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("HOME", str(toys))
    command = [sys.executable, "-m", "itwinai_core", "fit", line, "fit.epochs=2", "fit.trackers=[wandb]", "--name", "x"]
    # A process of its own: what W&B writes is complete when the process has ended.
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    (record,) = (toys / "runs" / "x" / "wandb").glob("offline-run-*/run-*.wandb")
    content = record.read_bytes()
    assert b"validation/loss" in content
    assert b"itwinai-" + line.encode() in content


def test_wandb_that_is_not_installed_is_told_before_a_folder_is_made(itwinai, toys, monkeypatch):
    monkeypatch.setitem(sys.modules, "wandb", None)
    monkeypatch.setattr("itwinai_core.trackers.wandb.find_spec", lambda name: None)
    with pytest.raises(PluginError, match=r"pip install 'itwinai-core\[wandb\]'"):
        WandbTracker.check()
    assert itwinai("fit", "torch-line", "fit.trackers=[wandb]").code == 2
    assert not (toys / "runs").exists()
