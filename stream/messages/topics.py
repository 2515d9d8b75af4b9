"""The topics by name: what goes where, and how large a message may be."""

__all__ = [
    "ACTIONS",
    "ACTIONS_PARTITION",
    "ALERTS",
    "CHECKPOINTS",
    "DEAD_LETTER",
    "HEALTH",
    "INPUTS",
    "LESSONS",
    "LESSONS_PARTITION",
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
ACTIONS = "actions"
LESSONS = "lessons"
OBSERVATIONS = "observations"
ROWS = "rows"
HEALTH = "health"
ALERTS = "alerts"
CHECKPOINTS = "checkpoints"
DEAD_LETTER = "dead-letter"


INPUTS = (VIBRATION, TEMPERATURE, READINGS, ACTIONS)
"""What instruments and people send."""


TOPICS = (*INPUTS, OBSERVATIONS, ROWS, HEALTH, ALERTS, LESSONS, CHECKPOINTS, DEAD_LETTER)


ACTIONS_PARTITION = 0
"""Actions that all workers must know stand in one partition, so that they have one order for the whole fleet."""


LESSONS_PARTITION = 0
"""All lessons stand in one partition, so that they have one order for the whole fleet."""


MAXIMUM_MESSAGE_BYTES = 8 * 1024 * 1024
"""Size limit of a message on the wire; longer waveforms are cut into blocks before they are sent."""
