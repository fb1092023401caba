"""Virgo for itwinai: Q-transforms of gravitational-wave strain, and what witnesses tell of their noise."""
