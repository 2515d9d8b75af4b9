"""Prognostic assessment (ISO 13374): degradation trends, and the life that remains after an onset."""
