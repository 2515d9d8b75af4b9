"""Web pages for people, served by NiceGUI."""
