"""Learning from people: their findings label alerts, and teach the fleet which ones to trust."""
