"""The demo: its embedded broker, its processes and who supervises them."""
