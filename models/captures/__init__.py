"""Captures, spectra and waveforms that are kept to look back at: what they are, how they are taken and packed."""
