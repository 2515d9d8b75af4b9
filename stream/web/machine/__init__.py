"""A machine's page and its sections."""
