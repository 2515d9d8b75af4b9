"""Publishing recordings to Kafka: in order for each machine, all of it confirmed, at full speed or in real time."""

import math
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import msgspec

from models.clock import SECOND_US
from models.errors import ConfigurationError, MessageError
from models.observations import Observation
from stream.config.settings import Settings
from stream.kafka.client import client_options, existing_topics, translated_kafka_errors
from stream.messages.actions import Accept, Finding, Maintenance, Rename, RosterAction, Shelve, Unshelve
from stream.messages.measurements import Message, Reading, Temperature, Vibration, encode, topic_of
from stream.messages.observe import MOST_SAMPLES
from stream.messages.records import encode_observation
from stream.messages.renaming import HOLDS_AFTER_S
from stream.messages.topics import ACTIONS_PARTITION, MAXIMUM_MESSAGE_BYTES, OBSERVATIONS
from stream.recordings.reading import Line, decode_line

if TYPE_CHECKING:
    from kafka import KafkaProducer

__all__ = ["Published", "RecordingClock", "Refuse", "blocks", "publish"]

Refuse = Callable[[Line, MessageError], None]
"""Told of each line that is not sent."""

BLOCK_BYTES = MAXIMUM_MESSAGE_BYTES // 2
_IN_FLIGHT_BYTES = 32 * 1024 * 1024
_CONFIRM_S = 60.0
_NUMBER_BYTES = 9  # of one number in a list in MessagePack


class Published(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the lines."""

    messages: int
    """Confirmed by the broker; more than lines where blocks were cut."""
    refused: int
    bytes: int
    seconds: float


class RecordingClock:
    """Holds each message back until its time has come: `speed_up` seconds of the recording go by in one."""

    def __init__(
        self,
        speed_up: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._speed_up, self._clock, self._sleep = speed_up, clock, sleep
        self._begin: tuple[int, float] | None = None

    def wait(self, time_us: int) -> None:
        """Return when `time_us` is due; what is stamped earlier than its predecessors is due at once."""
        if self._begin is None:
            self._begin = time_us, self._clock()
        first_us, started = self._begin
        ahead_s = (time_us - first_us) / SECOND_US / self._speed_up - (self._clock() - started)
        if ahead_s > 0:
            self._sleep(ahead_s)


def publish(
    lines: Iterable[Line], settings: Settings, *, refuse: Refuse, speed_up: float | None = None
) -> Published:
    """Send every good line and wait until the broker has confirmed all; bad ones are given to `refuse`.

    Key is the machine, so a machine's lines keep their order in one partition (Kafka's own murmur2). Raises
    `ServiceError` where the broker does not take them, and `ConfigurationError` where a topic is missing.
    """
    clock = RecordingClock(speed_up) if speed_up else None
    started, refused = time.monotonic(), 0
    with translated_kafka_errors(settings):
        sender = _Sender(settings)
        try:
            for line in lines:
                try:
                    pieces = list(_records(decode_line(line)))
                except MessageError as error:
                    refused += 1
                    refuse(line, error)
                    continue
                for record in pieces:
                    if clock:
                        clock.wait(record.time_us)
                    sender.send(record)
            sender.confirm_all()
        finally:
            sender.close()
    return Published(
        messages=sender.confirmed, refused=refused, bytes=sender.bytes, seconds=time.monotonic() - started
    )


def blocks(message: Vibration, most_bytes: int = BLOCK_BYTES) -> Iterator[Vibration]:
    """Cut a waveform that is too long for one message, or to be looked at whole, into blocks of nearly one length.

    Each has its own time.
    """
    item = message.step if isinstance(message.samples, bytes) else _NUMBER_BYTES
    parts = math.ceil(message.count / min(MOST_SAMPLES, max(1, most_bytes // item)))
    if parts == 1:
        yield message
        return
    length = math.ceil(message.count / parts)
    for first in range(0, message.count, length):
        yield msgspec.structs.replace(
            message,
            samples=message.part(first, first + length),
            time=message.time + timedelta(microseconds=round(first / message.rate * SECOND_US)),
            sequence=None,
        )


class _Record(msgspec.Struct, frozen=True):
    topic: str
    key: bytes
    value: bytes
    time_us: int
    partition: int | None = None
    """None: the one that the key gives."""
    renames: bool = False


def _records(content: Message | Observation) -> Iterator[_Record]:
    key = content.machine.encode()
    match content:
        case Vibration():
            for block in blocks(content):
                yield _Record(topic_of(block), key, encode(block), block.time_us)
        case Rename():
            yield _Record(topic_of(content), key, encode(content), content.time_us, ACTIONS_PARTITION, renames=True)
        case (
            Temperature()
            | Reading()
            | Finding()
            | Maintenance()
            | Accept()
            | Shelve()
            | Unshelve()
            | RosterAction()
        ):
            topic = topic_of(content)
            value = encode(content)
            if len(value) > MAXIMUM_MESSAGE_BYTES - 1024:  # the record's head needs some room as well
                raise MessageError(
                    f"the message has {len(value)} bytes, more than a topic takes; send shorter blocks"
                )
            yield _Record(topic, key, value, content.time_us)
        case _:
            yield _Record(OBSERVATIONS, key, encode_observation(content), content.observed_us)


class _Sender:
    """A producer that never holds more than a bounded number of unconfirmed bytes."""

    def __init__(self, settings: Settings) -> None:
        self._known = existing_topics(settings)
        self._producer = _producer(settings)
        self._waiting: deque[tuple[Any, int]] = deque()
        self._waiting_bytes = self.confirmed = self.bytes = 0
        self._renamed_s: float | None = None

    def send(self, record: _Record) -> None:
        self._check_topic(record.topic)
        self._wait_for_renaming()
        while self._waiting and (self._waiting[0][0].is_done or self._waiting_bytes > _IN_FLIGHT_BYTES):
            self._confirm_oldest()
        size = len(record.value)
        sent = self._producer.send(record.topic, key=record.key, value=record.value, partition=record.partition)
        self._waiting.append((sent, size))
        self._waiting_bytes += size
        if record.renames:
            self.confirm_all()
            self._renamed_s = time.monotonic()

    def confirm_all(self) -> None:
        self._producer.flush(timeout=_CONFIRM_S)
        while self._waiting:
            self._confirm_oldest()

    def _wait_for_renaming(self) -> None:
        """Let what follows a renaming in a recording come so late that the new id holds for it."""
        if self._renamed_s is not None:
            time.sleep(max(0.0, self._renamed_s + HOLDS_AFTER_S - time.monotonic()))
            self._renamed_s = None

    def close(self) -> None:
        self._producer.close(timeout=5)

    def _confirm_oldest(self) -> None:
        future, size = self._waiting.popleft()
        future.get(timeout=_CONFIRM_S)
        self._waiting_bytes -= size
        self.confirmed += 1
        self.bytes += size

    def _check_topic(self, topic: str) -> None:
        if topic not in self._known:
            raise ConfigurationError(f"there is no topic {topic}; run `stethos topics` first")


def _producer(settings: Settings) -> "KafkaProducer":
    from kafka import KafkaProducer  # noqa: PLC0415 -- slow to import, and nothing else here needs it

    options = client_options(settings) | {
        "acks": "all",
        "allow_auto_create_topics": False,
        "max_request_size": MAXIMUM_MESSAGE_BYTES + 64 * 1024,
        "max_block_ms": 10_000,
    }
    if settings.embedded_broker:  # one record a batch, or it reports wrong end offsets; it knows no idempotence
        options |= {"batch_size": 0, "enable_idempotence": False, "max_in_flight_requests_per_connection": 1}
    else:
        options |= {"batch_size": 512 * 1024, "linger_ms": 10}
    return KafkaProducer(**options)
