"""Kafka for commands and the doctor: its client, topics and consumer groups."""
