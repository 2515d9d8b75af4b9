"""Prognostic assessment (ISO 13374 PA): onset of a degradation, and the life that remains after it."""
