"""Finds the centres of tropical cyclones in global climate fields."""
