"""Fault diagnosis from waveforms: which fault a machine has, with the proof an engineer would ask for."""
