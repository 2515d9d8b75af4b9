"""Simulated machines and plants, with the truth about them: seeded, pure, slow to fail. For demo and tests."""
