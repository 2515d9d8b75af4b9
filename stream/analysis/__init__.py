"""Analysis of one file: waveforms of many formats, what is found in them, reports for people and machines."""
