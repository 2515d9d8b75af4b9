"""Time as data: whole microseconds since 1970 (UTC) inside, RFC 3339 at the edges. Nothing here reads a clock."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache

__all__ = ["AHEAD_US", "DAY_US", "HOUR_US", "MINUTE_US", "SECOND_US", "from_datetime", "to_datetime"]

SECOND_US = 1_000_000
MINUTE_US = 60 * SECOND_US
HOUR_US = 60 * MINUTE_US
DAY_US = 24 * HOUR_US

AHEAD_US = 5 * MINUTE_US
"""An event time further ahead of its observation than this is a wrong clock's."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def from_datetime(moment: datetime) -> int:
    """Whole microseconds since the epoch of a moment that carries its zone.

    >>> from_datetime(datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC))
    1000000
    """
    return (moment - _EPOCH) // _MICROSECOND


@lru_cache(maxsize=256)  # an observation and what is said of it share theirs
def to_datetime(time_us: int) -> datetime:
    """Give the UTC moment of `time_us`, exact to the microsecond.

    >>> to_datetime(1_000_001).isoformat()
    '1970-01-01T00:00:01.000001+00:00'
    """
    return _EPOCH + timedelta(microseconds=time_us)
