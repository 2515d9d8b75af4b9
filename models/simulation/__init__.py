"""Simulation of machines that behave as machines do: seeded, pure, and slow to fail."""
