"""Typed settings of a run: reading, laying over one another, validating, explaining, describing."""

from itwinai_core.config.content import Content, merged
from itwinai_core.config.expected import type_name
from itwinai_core.config.explain import Explained, explained
from itwinai_core.config.json_schema import json_schema
from itwinai_core.config.near import did_you_mean, near_match
from itwinai_core.config.places import KeyPath, Origin
from itwinai_core.config.read import override_of_option, read_environment, read_overrides, read_run_file
from itwinai_core.config.schema import Config, FitConfig, RunConfig, SettingsT, StrategyConfig
from itwinai_core.config.validate import check_use_case, run_class, validate
from itwinai_core.config.write import describe_fields, to_commented_yaml, to_yaml, write_new

__all__ = [
    "Config",
    "Content",
    "Explained",
    "FitConfig",
    "KeyPath",
    "Origin",
    "RunConfig",
    "SettingsT",
    "StrategyConfig",
    "check_use_case",
    "describe_fields",
    "did_you_mean",
    "explained",
    "json_schema",
    "merged",
    "near_match",
    "override_of_option",
    "read_environment",
    "read_overrides",
    "read_run_file",
    "run_class",
    "to_commented_yaml",
    "to_yaml",
    "type_name",
    "validate",
    "write_new",
]
