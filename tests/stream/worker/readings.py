"""Readings of six machines, one a second, which any worker can judge."""

import json
from datetime import UTC, datetime, timedelta

from kafka import KafkaProducer

from stream.messages.topics import READINGS

__all__ = ["publish_readings"]

_BEGIN = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


def publish_readings(bootstrap: str, first: int, count: int) -> None:
    """Send so many readings and wait until the broker has them; their numbers tell their times."""
    producer = KafkaProducer(bootstrap_servers=bootstrap, acks="all", linger_ms=10)
    for number in range(first, first + count):
        machine = f"泵-{number % 6}"
        content = {"type": "reading", "machine": machine, "point": "panel", "values": {"a": number % 7}}
        content["time"] = (_BEGIN + timedelta(seconds=number)).isoformat()
        producer.send(READINGS, key=machine.encode(), value=json.dumps(content).encode())
    producer.flush()
    producer.close()
