"""Data manipulation (ISO 13374): units, quality, spectrum, envelope, indicators."""
