"""What goes over the wire: topic names, messages, records, and the step from a message to an observation."""
