"""Health assessment (ISO 13374): symptoms by rule, the health score, status and verdict."""
