"""Advisory generation (ISO 13374 AG): alarms are moved, baselines reset, actions of operators applied."""
