"""Monitoring of a worker: what it counts and times, how far behind it is, whether somebody should look at it."""
