"""Readers of waveform files: many formats in, one `Waveform` out."""
