"""Makes messages of files that are none: blocks of a waveform, and rows of trends as readings and temperatures."""

import re
from collections.abc import Iterator
from typing import Literal

import numpy as np

from models.clock import SECOND_US, to_datetime
from models.errors import MessageError, RecordingError
from stream.analysis.readers.column_labels import plain
from stream.analysis.readers.trends import Trends
from stream.analysis.readers.waveform import Waveform, as_name
from stream.messages.measurements import Message, Reading, Temperature, Vibration
from stream.messages.validation import VALUES

__all__ = ["blocks_of", "messages_of_trends"]

Degrees = Literal["C", "F", "K"]
BLOCK_S = 10.0
"""Longest block; shorter ones at high rates, so that each is well below the longest message."""
_BLOCK_SAMPLES = 1 << 19
_DEGREES = re.compile(r"[\[(\s_/]*(?:°|deg\s?|º)?\s*([cfk]|celsius|fahrenheit|kelvin)[\])]*$")
_WRITTEN = re.compile(r"[\[(]|°|º|_")


def blocks_of(waveform: Waveform, *, machine: str, point: str, begins_us: int) -> Iterator[Message]:
    """Give the blocks of a waveform that begins at a time, one behind the other. Raises `RecordingError`."""
    most = max(1, min(_BLOCK_SAMPLES, round(BLOCK_S * waveform.rate_hz)))
    for number, first in enumerate(range(0, waveform.samples.size, most)):
        samples = waveform.samples[first : first + most]
        time_us = begins_us + round(first / waveform.rate_hz * SECOND_US)
        try:
            yield Vibration(
                machine=machine,
                point=point,
                time=to_datetime(time_us),
                rate=waveform.rate_hz,
                unit=waveform.unit,
                samples=samples.astype("<f4").tobytes(),
                speed=waveform.speed_rpm,
                sequence=number,
            )
        except MessageError as error:
            raise RecordingError(f"block {number + 1}: {error}") from None


def messages_of_trends(trends: Trends, *, machine: str, point: str) -> Iterator[Message]:
    """Give each row as one reading of its values, and each column in degrees as temperatures of its own point.

    In the order of time; raises `RecordingError` for what no message can hold.
    """
    degrees = {name: unit for name in trends.columns if (unit := _degrees(name)) is not None}
    values = {name: column for name, column in trends.columns.items() if name not in degrees}
    if len(values) > VALUES:
        raise RecordingError(f"there are {len(values)} columns of readings, more than {VALUES}; split the table")
    for row in np.argsort(trends.times_us, kind="stable").tolist():
        time = to_datetime(int(trends.times_us[row]))
        try:
            for name, unit in degrees.items():
                if np.isfinite(trends.columns[name][row]):
                    yield Temperature(
                        machine=machine, point=as_name(_bare(name)), time=time,
                        value=float(trends.columns[name][row]), unit=unit,
                    )  # fmt: skip
            told = {name.strip(): float(column[row]) for name, column in values.items() if np.isfinite(column[row])}
            if told:
                yield Reading(machine=machine, point=point, time=time, values=dict(told))
        except MessageError as error:
            raise RecordingError(f"row {row + 1}: {error}") from None


def _degrees(name: str) -> Degrees | None:
    """Give the unit of a temperature that a column's name says.

    >>> [_degrees(name) for name in ("winding (°C)", "oil_F", "Temperature [K]", "flow", "phase C")]
    ['C', 'F', 'K', None, None]
    """
    text = plain(name)
    match = _DEGREES.search(text)
    if match is None or not _WRITTEN.search(text[match.start() :]):
        return None
    return {"c": "C", "f": "F", "k": "K"}[match[1][0]]  # type: ignore[return-value]  # one of these three


def _bare(name: str) -> str:
    """Give a name without its unit of temperature."""
    match = _DEGREES.search(plain(name))
    return (name[: match.start()].strip() if match else name) or name
