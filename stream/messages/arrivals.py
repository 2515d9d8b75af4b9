"""When the broker took a message in (its append time): out of Kafka's record, into a recorded line, and back."""

import msgspec

__all__ = ["arrival_of_line", "arrived_us", "with_arrival"]

_LOG_APPEND_TIME = 1
_NAME = b'"arrived_us"'


class _Recorded(msgspec.Struct):
    arrived_us: int | None = None


_recorded = msgspec.json.Decoder(_Recorded)


def arrived_us(timestamp_s: float | None, timestamp_type: int | None) -> int | None:
    """Give the append time in microseconds; None where the topic keeps what the sender stamped (CreateTime).

    >>> arrived_us(1700000000.123, 1)
    1700000000123000
    >>> arrived_us(1700000000.123, 0)
    """
    if timestamp_s is None or timestamp_s < 0 or timestamp_type != _LOG_APPEND_TIME:
        return None
    return round(timestamp_s * 1000) * 1000  # brokers count milliseconds


def with_arrival(line: bytes, arrived: int | None) -> bytes:
    """Add an append time to a recorded message, a JSON object that has at least one field.

    >>> with_arrival(b'{"machine":"P1"}', 5)
    b'{"machine":"P1","arrived_us":5}'
    """
    return line if arrived is None else b"%b,%b:%d}" % (line[:-1], _NAME, arrived)


def arrival_of_line(line: bytes) -> int | None:
    """Read it back from a recorded message; None where there is none, or nothing that is one.

    >>> arrival_of_line(b'{"machine":"P1","arrived_us":5}')
    5
    """
    if _NAME not in line:
        return None
    try:
        return _recorded.decode(line).arrived_us
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
