"""How well the diagnosis does: on real recordings, blind, and on simulated ones, by the thousand."""
