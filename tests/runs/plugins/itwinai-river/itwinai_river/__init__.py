"""Forecasts of the level of a small river."""
