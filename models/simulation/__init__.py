"""Four machines that behave as machines do: seeded, pure, and slow to fail. For the demo, tests and training."""
