"""Pages for people, served by NiceGUI."""
