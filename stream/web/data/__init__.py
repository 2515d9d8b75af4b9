"""What the page reads from the store and keeps for a while."""
