"""Checks that look at a plugin without training it."""

from itwinai_core.testing.static import hooks, light_import, metadata, schema, settings, sources, wheel

STATIC_CHECKS = (
    wheel.CHECK,
    metadata.CHECK,
    light_import.CHECK,
    hooks.CHECK,
    settings.CHECK,
    schema.CHECK,
    sources.CHECK,
)
"""The cheapest first."""
