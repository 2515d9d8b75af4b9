"""Data manipulation (ISO 13374 DM): units, quality, spectrum, envelope, indicators."""
