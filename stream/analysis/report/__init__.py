"""Reports of an analysis, for people: terminal, page, pictures."""
