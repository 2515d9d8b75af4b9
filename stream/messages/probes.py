"""Probes as messages: told by their key, which no machine has, and taken only if they are what a worker sends."""

import functools
from typing import TypeVar

import msgspec

from models.clock import AHEAD_US, to_datetime
from models.errors import ConfigurationError, MessageError
from models.machinery.machine import Configuration, Machine
from models.observations import ReadingObserved, TemperatureObserved, VibrationObserved
from models.probes.judging import NAME
from models.probes.known import KNOWN, RATE_HZ, SCALE_G, VALUE_NAMES, sine_counts, still_counts
from models.probes.records import Input, ProbeObserved
from stream.messages.actions import Maintenance
from stream.messages.measurements import Message, Reading, Temperature, Vibration, decode, encode
from stream.messages.observe import observe

__all__ = [
    "PROBE_KEY",
    "Probe",
    "decode_observed_probe",
    "decode_probe",
    "encode_observed_probe",
    "encode_probe",
    "observe_probe",
    "probe_of",
]

PROBE_KEY = b"\x00probe"
"""Of every record of a probe, in every topic: no machine has it, as its id may hold no control characters."""

_LIMIT_BYTES = 16 * 1024

T = TypeVar("T")


class Probe(msgspec.Struct, frozen=True, kw_only=True, tag="probe"):
    """One probe as it stands in an input topic."""

    input: Input
    partition: int
    time_us: int
    """When it was sent, by the clock of the worker that sent it."""
    message: bytes
    """A whole message with a known signal, as an instrument, or a person, would send it."""
    fault: bytes = b""
    """Another one, with a known fault."""


_probe = msgspec.msgpack.Decoder(Probe)
_observed = msgspec.msgpack.Decoder(ProbeObserved)


def probe_of(topic: Input, partition: int, time_us: int) -> Probe:
    """Give the probe of an input and partition that is sent at this time, in microseconds since the epoch."""
    message, fault = _messages(topic, time_us)
    return Probe(input=topic, partition=partition, time_us=time_us, message=message, fault=fault)


@functools.lru_cache(maxsize=16)  # all partitions are sent theirs at once
def _messages(topic: Input, time_us: int) -> tuple[bytes, bytes]:
    value, time = KNOWN[topic].value, to_datetime(time_us)
    fault: Message | None = None
    message: Message
    match topic:
        case "vibration":
            message, fault = (
                Vibration(
                    machine=NAME,
                    point=NAME,
                    time=time,
                    rate=RATE_HZ,
                    unit="g",
                    samples=counts,
                    dtype="i2",
                    scale=SCALE_G,
                )
                for counts in (sine_counts(), still_counts())
            )
        case "temperature":
            message = Temperature(machine=NAME, point=NAME, time=time, value=value)
        case "readings":
            message = Reading(machine=NAME, point=NAME, time=time, values={VALUE_NAMES[topic]: value})
        case "actions":
            message = Maintenance(machine=NAME, point=NAME, time=time)
    return encode(message), b"" if fault is None else encode(fault)


def encode_probe(probe: Probe) -> bytes:
    """MessagePack, as it goes over the wire."""
    return msgspec.msgpack.encode(probe)


def decode_probe(data: bytes | None, *, topic: str, partition: int, now_us: int) -> Probe:
    """Read what stands under the key of probes in a partition of an input.

    Raises `MessageError` for anything but what a worker of this version sends there: another partition's, another
    signal, one that is stamped later than `now_us` allows.
    """
    probe = _decoded(data, _probe)
    if not 0 <= probe.time_us <= now_us + AHEAD_US:
        raise MessageError("this probe bears a time that has not come yet; let all computers ask one NTP server")
    if probe != probe_of(probe.input, partition, probe.time_us) or probe.input != topic:
        raise MessageError(
            f"this is no probe that a worker of this version sends to {topic}/{partition}; leave its key to workers"
        )
    return probe


def observe_probe(probe: Probe, *, observed_us: int) -> ProbeObserved:
    """Reduce a probe as its messages would be reduced: decoded, checked and observed by the same code."""
    values, flags = _observe(probe.message, probe.input, observed_us)
    fault_flags = _observe(probe.fault, probe.input, observed_us)[1] if probe.fault else ()
    name = VALUE_NAMES.get(probe.input)
    return ProbeObserved(
        input=probe.input,
        partition=probe.partition,
        sent_us=probe.time_us,
        observed_us=observed_us,
        values={name: values[name]} if name in values else {},
        flags=flags,
        fault_flags=fault_flags,
    )


def _observe(message: bytes, topic: Input, observed_us: int) -> tuple[dict[str, float], tuple[str, ...]]:
    decoded = decode(message, topic=topic)
    observation = observe(decoded, Configuration(machine=Machine(id=NAME)), observed_us=observed_us, source=None)
    match observation:
        case VibrationObserved() | TemperatureObserved():
            return observation.indicators, observation.flags
        case ReadingObserved():
            return observation.values, observation.flags
        case _:
            return {}, ()


def encode_observed_probe(observed: ProbeObserved) -> bytes:
    """MessagePack, as it stands in the topic `observations`."""
    return msgspec.msgpack.encode(observed)


def decode_observed_probe(data: bytes | None, *, partition: int) -> ProbeObserved:
    """Read what stands under the key of probes in `observations`; raises `MessageError` for anything foreign."""
    observed = _decoded(data, _observed)
    if observed.partition != partition:
        raise MessageError(f"this observed probe is of partition {observed.partition}; leave its key to workers")
    return observed


def _decoded(data: bytes | None, decoder: "msgspec.msgpack.Decoder[T]") -> T:
    if not data or len(data) > _LIMIT_BYTES:
        raise MessageError(f"this is no probe: it has {len(data or b'')} bytes; leave its key to workers")
    try:
        return decoder.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ConfigurationError) as error:
        raise MessageError(f"this is no probe ({error}); leave its key to workers") from None
