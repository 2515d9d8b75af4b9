"""State detection and health assessment (ISO 13374): baseline, anomaly, health."""
