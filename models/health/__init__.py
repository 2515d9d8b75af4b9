"""Health assessment (ISO 13374 HA): rules that give symptoms, the score, the status."""
