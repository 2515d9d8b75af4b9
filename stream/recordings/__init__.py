"""Files of messages: read, recorded, published, replayed, simulated."""
