"""Delivery exactly once: outbox, acknowledgements, checkpoints and dead letters, in one protocol."""
