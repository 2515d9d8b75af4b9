"""A recording of an input says when the broker took each message in; who needs it reads it, the others go on."""

import json
import time
from pathlib import Path

import pytest
from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType

from models.errors import MessageError
from models.fold import initial_state
from stream.config.machines import Fleet
from stream.config.settings import Settings
from stream.kafka.topic_admin import ensure_topics
from stream.messages.topics import READINGS
from stream.recordings.publishing import publish
from stream.recordings.reading import Line, decode_line
from stream.recordings.recording import Wanted, record
from stream.recordings.replaying import Replay
from tests.services.kafka import Kafka


def line(number: int, **more: object) -> Line:
    content = {
        "type": "reading",
        "machine": "P1",
        "point": "DE",
        "time": f"2026-03-01T08:00:{number:02}Z",
        "values": {"n": number},
        **more,
    }
    return Line("raw.jsonl", number, json.dumps(content).encode())


def outputs(lines: list[Line]) -> tuple[list[object], Replay]:
    replay = Replay(Fleet())
    return [each.output for each in replay.outputs(lines)], replay


def test_a_replay_says_the_same_with_and_without_arrivals():
    """Also of lines that come twice, though their places in the file differ by nothing."""
    bare = [line(number) for number in range(50)]
    arrived = [line(number, arrived_us=1_772_352_000_000_000 + 7 * number) for number in range(50)]
    said, replay = outputs([*arrived, *arrived])
    assert said == outputs([*bare, *bare])[0] == outputs(bare)[0]
    assert replay.summary(0.0).duplicates == 50


def test_the_fold_is_told_when_a_message_arrived():
    _, replay = outputs([line(1, arrived_us=1_772_352_000_123_000)])
    state = replay._machines["P1"].state
    assert state.appended_us == {"raw.jsonl/0": 1_772_352_000_123_000} != initial_state("P1").appended_us


@pytest.mark.parametrize("given", ["soon", None, 1.5, {"us": 1}])
def test_an_arrival_that_is_none_is_as_none(given: object):
    assert outputs([line(1, arrived_us=given)])[0] == outputs([line(1)])[0]


@pytest.mark.kafka
def test_what_is_recorded_carries_its_arrival_and_can_be_published_again(kafka: Kafka, tmp_path: Path):
    settings = Settings(broker=kafka.bootstrap, partitions=2)
    ensure_topics(settings)
    began_us = time.time_ns() // 1000 - 1_000_000
    publish([line(number) for number in range(20)], settings, refuse=refuse_nothing)
    recorded = record_readings(settings)
    arrivals = [json.loads(each)["arrived_us"] for each in recorded]
    assert arrivals == sorted(arrivals)
    assert began_us < arrivals[0] <= arrivals[-1] <= time.time_ns() // 1000 + 1_000_000
    lines = [Line("recorded.jsonl", number, data) for number, data in enumerate(recorded, 1)]
    assert [decode_line(each) for each in lines] == [decode_line(line(number)) for number in range(20)]
    assert publish(lines, settings, refuse=refuse_nothing).messages == 20
    again = record_readings(settings)
    assert len(again) == 40
    assert all(json.loads(each)["arrived_us"] >= arrivals[-1] for each in again[20:])


@pytest.mark.kafka
def test_what_senders_stamped_is_no_arrival(kafka: Kafka):
    settings = Settings(broker=kafka.bootstrap, partitions=2)
    ensure_topics(settings)
    admin = KafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    senders = {"message.timestamp.type": "CreateTime"}
    admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, READINGS, senders)])
    admin.close()
    publish([line(1)], settings, refuse=refuse_nothing)
    (recorded,) = record_readings(settings)
    assert "arrived_us" not in json.loads(recorded)


def record_readings(settings: Settings) -> list[bytes]:
    lines: list[bytes] = []
    record(settings, READINGS, lines.append, unreadable=refuse_nothing, wanted=Wanted())
    return lines


def refuse_nothing(place: object, error: MessageError) -> None:
    pytest.fail(f"{place}: {error}")
