"""Learning from people: what they say of a machine, and what that teaches."""
