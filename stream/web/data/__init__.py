"""Data of the page: what it reads from the store and keeps for a while."""
