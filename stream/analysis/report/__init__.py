"""What `analyze` found, for people: terminal, page, pictures."""
