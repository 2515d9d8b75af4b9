"""Probes: what goes the way of a measurement now and then, so that somebody notices when nothing does any more."""
