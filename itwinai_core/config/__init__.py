"""Typed settings of a run: reading, laying over one another, validating, explaining, describing.

What is imported here every command pays for, so these are the classes of settings alone.
"""

from itwinai_core.config.schema import Config, FitConfig, InputFile, RunConfig, SettingsT, StrategyConfig

__all__ = ["Config", "FitConfig", "InputFile", "RunConfig", "SettingsT", "StrategyConfig"]
