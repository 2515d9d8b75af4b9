"""Knowledge of machines: their configuration, severity zones, kinematics."""
