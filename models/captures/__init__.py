"""Spectra and waveforms that are kept to look back at: what they are, how they are computed and packed."""
