"""Views: what the pages show, as plain structs; pure."""
