"""What the pages show, as plain structs; pure."""
