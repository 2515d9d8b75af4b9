"""The one small tree of errors: what Stethos raises on purpose, each message naming what to do about it."""

__all__ = [
    "ConfigurationError",
    "MessageError",
    "RecordingError",
    "ServiceError",
    "StateError",
    "StethosError",
]


class StethosError(Exception):
    """Anything that Stethos itself found wrong; shown to people without a traceback."""


class MessageError(StethosError):
    """A message that cannot be read or makes no sense; it goes to `dead-letter` with this text as its reason."""


class RecordingError(StethosError):
    """A recording file that cannot be read at all (a bad line in a good file is a `MessageError`)."""


class ConfigurationError(StethosError):
    """A setting, a machine or a topic that is not as it must be."""


class ServiceError(StethosError):
    """A broker or a store that does not answer or refuses; trying again later may help."""

    retry_after_s: float | None = None
    """Seconds that the service asked to be left alone; None where it did not say."""


class StateError(StethosError):
    """A stored state that this version cannot continue from; it must be rebuilt from `observations`."""
