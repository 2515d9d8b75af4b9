"""Files of waveforms in many formats, read into one."""
