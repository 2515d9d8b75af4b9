"""ISO 13374 health assessment: rules, degrees, score, status."""
