"""Machinery: what is known of machines and their kinds, bearings, severity zones, kinematics."""
