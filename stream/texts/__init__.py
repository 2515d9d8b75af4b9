"""Texts that people read, in both languages: the type, the phrases, times."""
