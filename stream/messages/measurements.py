"""Measurements as messages, and all messages read: checked once at the edge, everything behind may trust them.

JSON and MessagePack are told apart by the first byte; fields that nobody knows are ignored. In JSON, bytes are
base64, and `null` where a number is expected means "no value", the same as NaN or infinity in MessagePack: such a
message is readable, and a matter for the quality flags.
"""

import math
from datetime import datetime
from typing import Annotated, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from models.clock import SECOND_US, from_datetime
from models.errors import MessageError
from stream.messages.actions import (
    Accept,
    ActionMessage,
    Finding,
    Maintenance,
    Rename,
    RosterAction,
    Shelve,
    Unshelve,
)
from stream.messages.decode_errors import describe_decode_error, describe_validation_error
from stream.messages.foreign_forms import describe_foreign_key
from stream.messages.records import tag_of
from stream.messages.topics import ACTIONS, MAXIMUM_MESSAGE_BYTES, READINGS, TEMPERATURE, VIBRATION
from stream.messages.unreadable_batch import refuse_unreadable
from stream.messages.validation import (
    LOAD_PERCENT,
    RATE_HZ,
    SPEED_RPM,
    VALUES,
    check_name,
    check_range,
    check_times,
    check_value_name,
    shown,
)

__all__ = [
    "InstrumentMessage",
    "Message",
    "Reading",
    "Temperature",
    "Vibration",
    "decode",
    "encode",
    "to_json",
    "topic_of",
]

Numbers = list[float | None]

_ITEM_BYTES = {"f4": 4, "f8": 8, "i2": 2, "i4": 4}


class _Envelope(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What every message carries."""

    machine: str
    point: str
    time: Annotated[datetime, msgspec.Meta(tz=True)]
    """Of the first sample, to the microsecond (nanoseconds are rounded)."""

    @property
    def time_us(self) -> int:
        """Microseconds since the epoch of the first sample."""
        return from_datetime(self.time)

    @property
    def seconds(self) -> float:
        """Length of the block; 0 for what is of one moment."""
        return 0.0

    @property
    def end_us(self) -> int:
        """Event time of the message: the end of its block."""
        return self.time_us + round(self.seconds * SECOND_US)


class Vibration(_Envelope, frozen=True, kw_only=True, tag="vibration"):
    """One block of a waveform, complete in itself."""

    rate: float
    """Hz."""
    unit: Literal["g", "m/s2", "mm/s"]
    samples: bytes | Numbers
    """Numbers, or their little-endian bytes."""
    dtype: Literal["f4", "f8", "i2", "i4"] = "f4"
    """What the bytes hold; means nothing for numbers."""
    scale: float = 1.0
    """Units per count: samples are multiplied by it."""
    speed: float | None = None
    """Shaft speed, rpm."""
    load: float | None = None
    """Per cent of the nominal load."""
    sequence: Annotated[int, msgspec.Meta(ge=0, le=(1 << 63) - 1)] | None = None
    """Counts a sender's messages."""

    def __post_init__(self) -> None:
        """Raise `MessageError` for what makes no sense."""
        check_name("machine", self.machine)
        check_name("point", self.point)
        check_range("rate", self.rate, RATE_HZ, "Hz")
        if not self.samples:
            raise MessageError("samples: there are none; send at least one")
        if len(self.samples) % self.step:
            raise MessageError(
                f"samples: {len(self.samples)} bytes are no whole number of {self.dtype} samples of "
                f"{self.step} bytes; check dtype, or whether the block was cut off"
            )
        if not math.isfinite(self.scale) or self.scale == 0:
            raise MessageError(f"scale: {self.scale} is no factor; give a finite number other than 0")
        if self.speed is not None:
            check_range("speed", self.speed, SPEED_RPM, "rpm")
        if self.load is not None:
            check_range("load", self.load, LOAD_PERCENT, "%")
        check_times(self.time, self.seconds)

    @property
    def count(self) -> int:
        """Samples in the block."""
        return len(self.samples) // self.step

    @property
    def step(self) -> int:
        """How much of `samples` one sample takes: some bytes, or one number."""
        return _ITEM_BYTES[self.dtype] if isinstance(self.samples, bytes) else 1

    @property
    def seconds(self) -> float:
        """Length of the block: samples over rate."""
        return self.count / self.rate

    def part(self, first: int, last: int) -> bytes | Numbers:
        """Give the samples from `first` up to, but without, `last`, in the form in which they came."""
        return self.samples[first * self.step : last * self.step]

    def waveform(self, most: int | None = None) -> NDArray[np.float64]:
        """Give samples times scale, in the message's unit, shape (count,), or the first `most` of them; a copy."""
        part = self.samples if most is None or self.count <= most else self.part(0, most)
        if isinstance(part, bytes):
            samples = np.frombuffer(part, dtype="<" + self.dtype).astype(np.float64)
        else:
            samples = _values(part)
        if self.scale != 1.0:
            with np.errstate(over="ignore", invalid="ignore"):  # an infinite sample is for the quality flags
                samples *= self.scale
        return samples


class Temperature(_Envelope, frozen=True, kw_only=True, tag="temperature"):
    """One temperature, or a block of them at an even rate."""

    value: float | Numbers | None
    unit: Literal["C", "F", "K"] = "C"
    rate: float | None = None
    """Hz; needed for a list."""

    def __post_init__(self) -> None:
        """Raise `MessageError` for what makes no sense."""
        check_name("machine", self.machine)
        check_name("point", self.point)
        if self.rate is not None:
            check_range("rate", self.rate, RATE_HZ, "Hz")
        if isinstance(self.value, list):
            if not self.value:
                raise MessageError("value: the list is empty; send at least one temperature")
            if self.rate is None:
                raise MessageError("rate: a list of temperatures needs one; give their rate in Hz")
        check_times(self.time, self.seconds)

    @property
    def count(self) -> int:
        """Temperatures in the message."""
        return len(self.value) if isinstance(self.value, list) else 1

    @property
    def seconds(self) -> float:
        """Length of the block: count over rate; 0 for a single value."""
        return len(self.value) / self.rate if isinstance(self.value, list) and self.rate else 0.0

    def series(self) -> NDArray[np.float64]:
        """Temperatures in the message's unit, shape (count,); no value is NaN."""
        return _values(self.value if isinstance(self.value, list) else [self.value])


class Reading(_Envelope, frozen=True, kw_only=True, tag="reading"):
    """Named numbers measured together: current, pressure, flow, speed, the RMS of a cheap sensor."""

    values: dict[str, float | None]

    def __post_init__(self) -> None:
        """Raise `MessageError` for what makes no sense."""
        check_name("machine", self.machine)
        check_name("point", self.point)
        if not 1 <= len(self.values) <= VALUES:
            raise MessageError(f"values: there are {len(self.values)}; send 1 to {VALUES} named numbers")
        for name in self.values:
            check_value_name(name)
        check_times(self.time, self.seconds)

    def numbers(self) -> dict[str, float]:
        """Values by name; no value is NaN."""
        return {
            name: value if value is not None and math.isfinite(value) else math.nan
            for name, value in self.values.items()
        }


InstrumentMessage = Vibration | Temperature | Reading
Message = InstrumentMessage | ActionMessage

_TOPIC: dict[type, str] = {
    Vibration: VIBRATION, Temperature: TEMPERATURE, Reading: READINGS,
    Finding: ACTIONS, Maintenance: ACTIONS, Accept: ACTIONS,
    Shelve: ACTIONS, Unshelve: ACTIONS, RosterAction: ACTIONS, Rename: ACTIONS,
}  # fmt: skip
_json = msgspec.json.Decoder(Message)
_msgpack = msgspec.msgpack.Decoder(Message)


def decode(
    data: bytes | None,
    *,
    key: bytes | None = None,
    topic: str | None = None,
    limit_bytes: int = MAXIMUM_MESSAGE_BYTES,
) -> Message:
    """Read one message and check all of it.

    With a key, it must be the machine's id; with a topic, the one that this type belongs on. Raises `MessageError`,
    whose text says in one line what is wrong and how to mend it. Nothing is allocated for what is only claimed.

    >>> decode(b'{"type":"reading","machine":"P1","point":"DE","time":"2026-03-01T08:30Z","values":{"bar":2}}')
    Traceback (most recent call last):
    ...
    models.errors.MessageError: time: ...
    """
    if not data:
        form = (
            "its value is null, as a tombstone's, which deletes nothing here" if data is None else "it has no bytes"
        )
        raise MessageError(f"the message is empty: {form}; send a JSON or MessagePack object")
    refuse_unreadable(data)
    if len(data) > limit_bytes:
        raise MessageError(
            f"the message has {len(data)} bytes, more than {limit_bytes}; send shorter blocks (`publish` cuts them)"
        )
    try:
        message: Message = (_msgpack if data[0] >= 0x80 else _json).decode(data)
    except msgspec.ValidationError as error:
        raise MessageError(describe_validation_error(str(error), data)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MessageError(describe_decode_error(error, data)) from None
    if key is not None and key != message.machine.encode():
        raise MessageError(
            describe_foreign_key(key, message.machine)
            or f"key {shown(key)} is not the machine {shown(message.machine)}; send its id in UTF-8"
        )
    if topic is not None and topic != topic_of(message):
        right, kind = topic_of(message), tag_of(message)
        raise MessageError(f"topic {topic} is not for {kind}; send it to {right}")
    return message.meant if isinstance(message, RosterAction) else message


def topic_of(message: Message) -> str:
    """Name the topic that a message belongs on."""
    return _TOPIC[type(message)]


def encode(message: Message) -> bytes:
    """MessagePack, as it goes over the wire."""
    return msgspec.msgpack.encode(message)


def to_json(message: Message) -> bytes:
    """JSON, as it stands in a recording."""
    return msgspec.json.encode(message)


def _values(numbers: Numbers) -> NDArray[np.float64]:
    """Numbers as an array; what is none or infinite is NaN, since JSON knows only one way to say so."""
    values = np.array(numbers, dtype=np.float64)
    values[~np.isfinite(values)] = np.nan
    return values
