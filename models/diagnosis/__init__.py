"""Diagnosis from one waveform (ISO 13374 HA): which fault, with the proof an engineer would ask for."""
