"""Trackers that come with the core, as a plugin that is always there."""

from itwinai_core.hookspecs import hookimpl
from itwinai_core.tracker import Tracker
from itwinai_core.trackers.csv_file import CsvTracker
from itwinai_core.trackers.wandb import WandbTracker


@hookimpl
def itwinai_trackers() -> list[type[Tracker]]:
    """Offer the CSV file, which every run writes, and Weights & Biases."""
    return [CsvTracker, WandbTracker]
