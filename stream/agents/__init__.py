"""Faust agents, one a file: each reads, calls the core and sends."""
