"""The first page: all machines."""
