"""Writes a complete plugin, ready to be built, installed, trained, checked and published."""
