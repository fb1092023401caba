"""Typed settings of a run: reading, overriding, validating, describing."""

from itwinai_core.config.read import merged, read_run_file, with_overrides
from itwinai_core.config.schema import Config, FitConfig, RunConfig, SettingsT, StrategyConfig
from itwinai_core.config.validate import did_you_mean, near_match, validate
from itwinai_core.config.write import describe_fields, to_commented_yaml, to_yaml, type_name

__all__ = [
    "Config",
    "FitConfig",
    "RunConfig",
    "SettingsT",
    "StrategyConfig",
    "describe_fields",
    "did_you_mean",
    "merged",
    "near_match",
    "read_run_file",
    "to_commented_yaml",
    "to_yaml",
    "type_name",
    "validate",
    "with_overrides",
]
