"""Advisory generation (ISO 13374): alarms are processed, actions applied, baselines reset."""
