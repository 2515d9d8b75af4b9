"""Our own records on the wire: observations in MessagePack, the fold's outputs in JSON; both forms are read."""

from functools import cache
from typing import TypeVar

import msgspec

from models.captures.capture import Capture
from models.errors import ConfigurationError, MessageError
from models.observations import SCHEMA, Observation
from models.outputs import Action, Alert, Health, Intake, Lesson, Row, Uptime, Usual
from models.probes.records import ProbeResult
from stream.messages.unreadable_batch import refuse_unreadable
from stream.messages.validation import shown

__all__ = [
    "Stored",
    "decode_lesson",
    "decode_observation",
    "decode_output",
    "decode_told",
    "encode_observation",
    "encode_output",
    "observation_to_json",
    "tag_of",
]

Stored = Row | Health | Alert | Uptime | Action | Capture | Intake | ProbeResult
"""What stands in the topics `rows`, `health` and `alerts` for the store to keep."""

T = TypeVar("T")

_observation_json = msgspec.json.Decoder(Observation)
_observation_msgpack = msgspec.msgpack.Decoder(Observation)
_told_json = msgspec.json.Decoder(Lesson | Usual)
_told_msgpack = msgspec.msgpack.Decoder(Lesson | Usual)
_lesson_json = msgspec.json.Decoder(Lesson)
_lesson_msgpack = msgspec.msgpack.Decoder(Lesson)
_output_json = msgspec.json.Decoder(Stored)
_output_msgpack = msgspec.msgpack.Decoder(Stored)


def tag_of(record: msgspec.Struct) -> str:
    """Give the type of a message or record as it goes over the wire, whatever its class is called here."""
    return _tag_of_type(type(record))


@cache
def _tag_of_type(type_: type[msgspec.Struct]) -> str:
    return str(type_.__struct_config__.tag)


def encode_observation(observation: Observation) -> bytes:
    """MessagePack, as it stands in the topic `observations`."""
    return msgspec.msgpack.encode(observation)


def observation_to_json(observation: Observation) -> bytes:
    """JSON, as it stands in a recording; every number comes back bit for bit."""
    return msgspec.json.encode(observation)


def decode_observation(data: bytes | None) -> Observation:
    """Read an observation in either form; raises `MessageError` for what is none, or of a newer schema."""
    observation: Observation = _decoded("an observation", data, _observation_json, _observation_msgpack)
    if observation.schema > SCHEMA:
        raise MessageError(
            f"the observation has schema {observation.schema}, this version reads up to {SCHEMA}; upgrade Stethos"
        )
    return observation


def encode_output(output: Stored | Lesson | Usual) -> bytes:
    """JSON, as all that the fold says stands in its topics."""
    return msgspec.json.encode(output)


def decode_output(data: bytes | None) -> Stored:
    """Read a row, a capture, a health or an alert in either form; raises `MessageError` for anything else."""
    output: Stored = _decoded("a row, health or alert", data, _output_json, _output_msgpack)
    return output


def decode_lesson(data: bytes | None) -> Lesson:
    """Read a lesson in either form; raises `MessageError` for anything else."""
    lesson: Lesson = _decoded("a lesson", data, _lesson_json, _lesson_msgpack)
    return lesson


def decode_told(data: bytes | None) -> Lesson | Usual:
    """Read what stands in the topic `lessons`, in either form; raises `MessageError` for anything else."""
    told: Lesson | Usual = _decoded("a lesson or what is usual of a machine", data, _told_json, _told_msgpack)
    return told


def _decoded(
    what: str, data: bytes | None, json: "msgspec.json.Decoder[T]", msgpack: "msgspec.msgpack.Decoder[T]"
) -> T:
    if not data:
        raise MessageError(f"the message is empty; {what} was expected")
    refuse_unreadable(data)
    try:
        return (msgpack if data[0] >= 0x80 else json).decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ConfigurationError) as error:
        raise MessageError(f"this is not {what} ({error}; begins with {shown(data, 24)})") from None
