"""Fault diagnosis from waveforms: what is wrong with a machine, with the proof an engineer would ask for."""
