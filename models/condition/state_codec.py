"""A machine's state as bytes, and back: MessagePack of plain numbers and text, under the version that wrote it."""

from importlib.metadata import version

import msgspec

from models.condition.anomaly import AnomalyModel, ModelNumbers
from models.condition.recent_observations import RecentObservations
from models.condition.state import MachineState
from models.errors import StateError

__all__ = ["STATE_VERSION", "dump_state", "load_state"]

STATE_VERSION = f"15 river-{version('river')}"
"""Schema of the state, and the library whose arithmetic it continues."""


def _to_plain(value: object) -> ModelNumbers | bytes:
    if isinstance(value, RecentObservations):
        return value.packed()
    if isinstance(value, AnomalyModel):
        return value.to_numbers()
    raise NotImplementedError(f"no plain numbers for {type(value).__name__}")


def _from_plain(kind: type, value: object) -> AnomalyModel | RecentObservations:
    if kind is RecentObservations:
        return RecentObservations.unpacked(value)
    if kind is AnomalyModel:
        return AnomalyModel.from_numbers(msgspec.convert(value, ModelNumbers))
    raise NotImplementedError(f"{kind.__name__} is no part of a state")


class _Stored(msgspec.Struct, frozen=True):
    version: str
    state: MachineState


class _Head(msgspec.Struct, frozen=True):
    version: str


_ENCODER = msgspec.msgpack.Encoder(enc_hook=_to_plain)
_DECODER = msgspec.msgpack.Decoder(_Stored, dec_hook=_from_plain)
_HEAD_DECODER = msgspec.msgpack.Decoder(_Head)


def dump_state(state: MachineState) -> bytes:
    """Give the whole state as MessagePack of plain numbers and text."""
    return _ENCODER.encode(_Stored(STATE_VERSION, state))


def load_state(data: bytes) -> MachineState:
    """Continue from what `dump_state` gave, bit for bit; raises `StateError` where this version cannot."""
    try:
        written = _HEAD_DECODER.decode(data).version
        if written != STATE_VERSION:
            raise StateError(
                f"the state was written by version {written!r}, this is {STATE_VERSION!r}: "
                "rebuild it from observations"
            )
        return _DECODER.decode(data).state
    except (msgspec.DecodeError, ValueError, LookupError, TypeError, ArithmeticError) as error:
        # The last four come from numbers that can be read and do not belong together.
        raise StateError(f"the state cannot be read ({error}): rebuild it from observations") from error
