"""Knowledge of machines: their configuration, packs by kind, severity zones, kinematics, bearings."""
