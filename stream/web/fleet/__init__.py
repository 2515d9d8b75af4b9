"""The fleet's page, the first one: all machines."""
