"""One rate out of all that a file says of it: those that disagree are refused, and so is one that no sensor has."""

from collections.abc import Sequence
from pathlib import Path

from models.errors import RecordingError
from stream.analysis.readers.rate_lines import Stated, is_plausible

__all__ = ["settled_rate"]

_AGREEING = 0.01
"""Times that are rounded, and rates that are, differ by less."""
_MEANT = ((1e3, "kHz, or times in ms"), (1e6, "MHz, or times in microseconds"), (1e-3, "ms"))


def settled_rate(path: Path, stated: Sequence[Stated]) -> Stated | None:
    """Give the rate that all statements agree on, the first of them; None where there is none.

    Raises `RecordingError` that names both where two disagree, and asks where the rate makes no sense.
    """
    if not stated:
        return None
    first = stated[0]
    for other in stated[1:]:
        if abs(other.rate_hz - first.rate_hz) > _AGREEING * max(other.rate_hz, first.rate_hz):
            raise RecordingError(
                f"{path}: says two rates: {first.where.en}: {first.rate_hz:.6g} Hz, {other.where.en}: "
                f"{other.rate_hz:.6g} Hz; give --rate HZ"
            )
    if not is_plausible(first.rate_hz):
        meant = [f"{first.rate_hz * factor:.6g} Hz if that was {unit}" for factor, unit in _MEANT
                 if is_plausible(first.rate_hz * factor)]  # fmt: skip
        hint = f" ({' or '.join(meant)}?)" if meant else ""
        raise RecordingError(
            f"{path}: {first.where.en}: {first.rate_hz:.6g} Hz is no rate of a vibration sensor, which is 100 Hz "
            f"to 1 MHz{hint}; give --rate HZ"
        )
    return first
