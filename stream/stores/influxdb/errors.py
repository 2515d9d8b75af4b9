"""InfluxDB's errors: how many rows were too old, whether to try again, and the fix for people."""

import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

import msgspec

from models.errors import ServiceError
from stream.stores.store import PermanentStoreError

__all__ = ["service_error_of", "too_old"]

_BEYOND_RETENTION = re.compile(
    r"partial write: (?:dropped \d+ points outside retention policy|points beyond retention policy).*dropped=(\d+)",
    re.DOTALL,
)


_PERMANENT = frozenset({"invalid", "unprocessable entity", "request too large"})
"""Codes by which InfluxDB blames what was sent. A proxy's 400 has none of them, and no row is at fault there."""


class _Refusal(msgspec.Struct, frozen=True):
    code: str = ""
    message: str = ""
    error: str = ""


def _refusal(body: bytes | str | None) -> _Refusal:
    """Read InfluxDB's JSON; what is none becomes the message of a refusal without a code."""
    try:
        return msgspec.json.decode(body or b"{}", type=_Refusal)
    except (msgspec.DecodeError, UnicodeDecodeError):
        text = body.decode(errors="replace") if isinstance(body, bytes) else body or ""
        return _Refusal(message=text[:300].strip())


def too_old(status: int | None, body: bytes | str | None) -> tuple[int, str] | None:
    """Give how many rows of a write were older than the retention, and the server's words; None if it isn't that.

    Tried on InfluxDB 2.7.12: the other rows of that write are kept. With a field type conflict in the same write
    only the conflict is told, so that is never taken for this.
    """
    said = _refusal(body).message
    match = _BEYOND_RETENTION.search(said) if status in {400, 422} else None
    return (int(match[1]), said) if match else None


def service_error_of(
    url: str, status: int | None, body: bytes | str | None, headers: Mapping[str, str] | None
) -> ServiceError:
    """Give the error for an answer other than success; `PermanentStoreError` where only other rows would help."""
    refusal = _refusal(body)
    said = refusal.message or refusal.error
    if status == 401:
        return ServiceError(
            f"InfluxDB at {url} does not accept the token: check the file that [influxdb] token_file names, "
            "or run `stethos influx setup`"
        )
    if status == 403:
        return ServiceError(
            f"the token may not do this at {url} ({said}): run `stethos influx setup`, or give it read and write "
            "on the buckets"
        )
    if status == 404:
        return ServiceError(f"InfluxDB at {url} says: {said or 'not found'}; run `stethos influx setup`")
    # A proxy may say 413 as well, and halving the batch mends that.
    if status == 413 or (refusal.code in _PERMANENT and status is not None and 400 <= status < 500):
        return PermanentStoreError(f"InfluxDB refuses this for good: {said or status}")
    error = ServiceError(f"InfluxDB at {url} answered {status}: {said or 'no reason given'}; look at its log")
    error.retry_after_s = _retry_after_s(headers or {})
    return error


def _retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Read Retry-After: seconds, or a date (counted from the answer's own Date); None if absent or unreadable."""
    asked = headers.get("Retry-After")
    if not asked:
        return None
    try:
        if asked.strip().isdigit():
            return float(asked)
        wait = parsedate_to_datetime(asked) - parsedate_to_datetime(headers["Date"])
    except (KeyError, TypeError, ValueError):
        return None
    return max(wait.total_seconds(), 0.0)
