"""Digests of messages: the same message sent twice has the same one, however it is written."""

import msgspec
import numpy as np
from numpy.typing import NDArray
from xxhash import xxh3_64

from models.clock import to_datetime
from stream.messages.actions import Accept, Finding, Maintenance, Rename, RosterAction, Shelve, Unshelve
from stream.messages.measurements import Message, Reading, Temperature, Vibration, encode

__all__ = ["digest"]

_NAME: dict[type, str] = {
    Vibration: "Vibration", Temperature: "Temperature", Reading: "Reading",
    Finding: "Finding", Maintenance: "Maintenance", Accept: "Accept",
    Shelve: "Shelve", Unshelve: "Unshelve",
    RosterAction: "RosterAction", Rename: "Rename",
}  # fmt: skip
"""The type as it goes into the digest: for ever, as what was sent yesterday must be known again tomorrow."""


def digest(message: Message, waveform: NDArray[np.float64] | None = None) -> str:
    """Sixteen hex digits of machine, point, type, time and decoded content; of an action, all that was said.

    JSON or MessagePack, numbers or bytes, and any dtype give the same digits for the same values in the same unit.
    Whoever has made a vibration's whole `waveform` already may give it along.
    """
    envelope: tuple[object, ...] = (_NAME[type(message)], message.machine, message.point, message.time_us)
    match message:
        case Vibration():
            fields = (message.rate, message.unit, message.speed, message.load, message.sequence)
            return _hashed((*envelope, *fields), message.waveform() if waveform is None else waveform)
        case Temperature():
            return _hashed((*envelope, message.rate, message.unit), message.series())
        case Reading():
            return _hashed(
                (*envelope, sorted(message.values)), np.array([v for _, v in sorted(message.numbers().items())])
            )
        case _:
            said = msgspec.structs.replace(message, time=to_datetime(message.time_us))  # whatever its zone
            return _hashed((*envelope, encode(said)), np.array([]))


def _hashed(envelope: tuple[object, ...], numbers: NDArray[np.float64]) -> str:
    content = xxh3_64(msgspec.msgpack.encode(envelope))
    content.update(numbers.astype("<f8", copy=False).data)
    return content.hexdigest()
