"""What people read, in both languages: the type, the words, times."""
