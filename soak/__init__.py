"""Runs that take hours: `make soak`."""
