"""Drawn histories of small plants' machines, folded: how often faults stay unsaid, or sound machines unjudged."""
