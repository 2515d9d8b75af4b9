"""How well the condition of machines is told, on real recordings beside trivial and plain methods."""
