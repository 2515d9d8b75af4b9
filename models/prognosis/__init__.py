"""Prognostic assessment (ISO 13374): onset of a decline, and the life that remains after it."""
