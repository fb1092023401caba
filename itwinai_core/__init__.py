"""The front door: all that a plugin needs, and nothing that imports a framework."""

from itwinai_core.api import API_VERSION
from itwinai_core.config import Config, InputFile, RunConfig
from itwinai_core.errors import ConfigError, DataError, UserError
from itwinai_core.hookspecs import hookimpl
from itwinai_core.progress import track
from itwinai_core.report import Report
from itwinai_core.sources import DataSplits, Source
from itwinai_core.strategy import Strategy
from itwinai_core.tracker import Tracker
from itwinai_core.trained import load_run
from itwinai_core.use_case import KerasUseCase, LightningUseCase
from itwinai_core.whole_files import whole_folder

__all__ = [
    "API_VERSION",
    "Config",
    "ConfigError",
    "DataError",
    "DataSplits",
    "InputFile",
    "KerasUseCase",
    "LightningUseCase",
    "Report",
    "RunConfig",
    "Source",
    "Strategy",
    "Tracker",
    "UserError",
    "hookimpl",
    "load_run",
    "track",
    "whole_folder",
]
