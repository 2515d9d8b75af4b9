"""Configuration: files and settings that people write, read with a check, and written for them to change."""
