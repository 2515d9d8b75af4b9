"""Advisory generation (ISO 13374): alarm states."""
