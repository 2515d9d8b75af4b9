"""The long run: sound machines for years, straight through the fold, and what it raises for nothing."""
