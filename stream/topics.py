"""The topics by name, and how they are created.

All have the same number of partitions, so that one machine is one partition in every topic.
"""

__all__ = [
    "ALERTS",
    "CHECKPOINTS",
    "DEAD_LETTER",
    "HEALTH",
    "INPUTS",
    "MAXIMUM_MESSAGE_BYTES",
    "OBSERVATIONS",
    "READINGS",
    "ROWS",
    "TEMPERATURE",
    "TOPICS",
    "VIBRATION",
]

VIBRATION = "vibration"
TEMPERATURE = "temperature"
READINGS = "readings"
OBSERVATIONS = "observations"
ROWS = "rows"
HEALTH = "health"
ALERTS = "alerts"
CHECKPOINTS = "checkpoints"
DEAD_LETTER = "dead-letter"

INPUTS = (VIBRATION, TEMPERATURE, READINGS)
"""What instruments send."""

TOPICS = (*INPUTS, OBSERVATIONS, ROWS, HEALTH, ALERTS, CHECKPOINTS, DEAD_LETTER)

MAXIMUM_MESSAGE_BYTES = 8 * 1024 * 1024
"""Size limit of a message on the wire; longer waveforms are cut into blocks before they are sent."""
