"""Publishing and recording against a real Kafka, in the order of use, and the commands that do it."""

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path

import pytest
from kafka import KafkaProducer

from models.errors import ConfigurationError, ServiceError
from stream.config.settings import Settings
from stream.kafka.topic_admin import ensure_topics
from stream.messages.digests import digest
from stream.messages.measurements import decode, encode
from stream.messages.topics import TOPICS
from stream.recordings.publishing import publish
from stream.recordings.reading import Line, Recordings, decode_line
from stream.recordings.recording import Wanted, record
from stream.recordings.recording import _positioned as positioned
from stream.recordings.writing import open_recording
from tests.services.kafka import Kafka
from tests.services.processes import wait_until
from tests.services.topics import read_topic

pytestmark = [pytest.mark.kafka]
STETHOS = [sys.executable, "-m", "stream.cli.main"]


@pytest.fixture(scope="module")
def settings(broker: Kafka) -> Settings:
    return Settings(broker=broker.bootstrap, partitions=4)


@pytest.fixture(scope="module")
def topics(settings: Settings) -> Settings:
    ensure_topics(settings)
    return settings


def reading(machine: str, number: int) -> dict[str, object]:
    time_text = f"2026-03-01T08:{number // 60 % 60:02}:{number % 60:02}Z"
    return {"type": "reading", "machine": machine, "point": "DE", "time": time_text, "values": {"n": number}}


def recording(path: Path, messages: list[dict[str, object]]) -> Recordings:
    path.write_text("".join(json.dumps(message, ensure_ascii=False) + "\n" for message in messages), "utf-8")
    return Recordings([path])


def refuse_nothing(line: Line, error: Exception) -> None:
    pytest.fail(f"{line.number}: {error}")


def run(settings: Settings, *arguments: object) -> subprocess.CompletedProcess[str]:
    surroundings = os.environ | {"STETHOS_BROKER": settings.broker, "STETHOS_PARTITIONS": str(settings.partitions)}
    return subprocess.run(
        [*STETHOS, *map(str, arguments)], env=surroundings, capture_output=True, text=True, check=False, timeout=60
    )


def test_a_missing_topic_is_told(settings: Settings, tmp_path: Path):
    with pytest.raises(ConfigurationError, match="no topic readings; run `stethos topics`"):
        publish(recording(tmp_path / "a.jsonl", [reading("P1", 1)]), settings, refuse=refuse_nothing)
    with pytest.raises(ConfigurationError, match="no topic readings; run `stethos topics`"):
        record(settings, "readings", lambda _: None, unreadable=lambda *_: None)


def test_every_good_line_arrives_in_order_under_its_key(topics: Settings, tmp_path: Path):
    machines = ["P1", "泵 2", "P3", "P4", "P5"]
    sent = [reading(machines[number % 5], number) for number in range(2000)]
    published = publish(recording(tmp_path / "a.jsonl", sent), topics, refuse=refuse_nothing)
    assert (published.messages, published.refused) == (2000, 0)
    arrived: dict[str, list[float]] = defaultdict(list)
    partition_of: dict[str, set[int]] = defaultdict(set)
    for partition, records in read_topic(topics.broker, "readings").items():
        for item in records:
            message = decode(item.value, key=item.key, topic="readings")
            assert item.value == encode(message)  # MessagePack
            arrived[message.machine].append(message.numbers()["n"])
            partition_of[message.machine].add(partition)
    assert {machine: arrived[machine] for machine in machines} == {
        machine: [float(n) for n in range(2000) if n % 5 == i] for i, machine in enumerate(machines)
    }
    assert all(len(places) == 1 for places in partition_of.values())


def test_long_waveforms_are_cut_and_bad_lines_left_out(topics: Settings, tmp_path: Path):
    long = {
        "type": "vibration", "machine": "long", "point": "DE", "time": "2026-03-01T08:30:00Z", "rate": 1000.0,
        "unit": "g", "dtype": "i2", "samples": "AAAB" * (3 * 1024 * 1024),
    }  # fmt: skip
    bad = reading("P9", 3) | {"values": {}}
    refused: list[int] = []
    lines = recording(tmp_path / "a.jsonl", [reading("P9", 1), bad, long, bad, reading("P9", 2)])
    published = publish(lines, topics, refuse=lambda line, _: refused.append(line.number))
    assert refused == [2, 4]
    assert published.refused == 2
    blocks = [
        decode(item.value, key=item.key, topic="vibration")
        for records in read_topic(topics.broker, "vibration").values()
        for item in records
        if item.key == b"long"
    ]
    assert published.messages == 2 + len(blocks)
    assert len(blocks) > 1
    assert sum(block.count for block in blocks) == 9 * 1024 * 1024 // 2


def test_what_is_recorded_can_be_published_and_is_the_same(topics: Settings, tmp_path: Path):
    sent = [reading("twice", number) for number in range(300)]
    publish(recording(tmp_path / "a.jsonl", sent), topics, refuse=refuse_nothing)
    path = tmp_path / "recorded.jsonl.gz"
    with open_recording(path) as write:
        done = record(topics, "readings", write, unreadable=lambda place, error: pytest.fail(f"{place}: {error}"))
    lines = list(Recordings([path]))
    assert done.lines == len(lines)
    messages = [message for message in map(decode_line, lines) if message.machine == "twice"]
    original = [decode_line(Line("x", 1, json.dumps(message).encode())) for message in sent]
    assert [digest(message) for message in messages] == [digest(message) for message in original]


def test_recording_follows_until_enough_or_idle_and_leaves_out_what_is_unreadable(topics: Settings, tmp_path: Path):
    producer = KafkaProducer(bootstrap_servers=topics.servers)
    for value in (b"{", b"", json.dumps({"type": "temperature"}).encode()):
        producer.send("temperature", value=value).get(timeout=10)
    producer.close()
    unreadable: list[str] = []
    started = time.monotonic()
    done = record(
        topics,
        "temperature",
        lambda _: None,
        unreadable=lambda place, _: unreadable.append(place),
        wanted=Wanted(idle_s=0.5),
    )
    assert time.monotonic() - started >= 0.5
    assert (done.lines, done.unreadable) == (0, 3)
    assert all(place.startswith("temperature, partition ") for place in unreadable)
    publish(recording(tmp_path / "a.jsonl", [reading("P1", n) for n in range(9)]), topics, refuse=refuse_nothing)
    lines: list[bytes] = []
    done = record(topics, "readings", lines.append, unreadable=lambda *_: None, wanted=Wanted(count=5))
    assert done.lines == len(lines) == 5


def test_an_observation_goes_back_to_its_topic(topics: Settings, tmp_path: Path):
    rest = {"schema": 1, "source": None, "arrived_us": None}
    ticks = [{"type": "tick", "machine": "P1", "observed_us": n} | rest for n in range(5)]
    publish(recording(tmp_path / "a.jsonl", ticks), topics, refuse=refuse_nothing)
    lines: list[bytes] = []
    record(topics, "observations", lines.append, unreadable=lambda *_: None)
    assert [json.loads(line) for line in lines] == ticks


def test_a_broker_that_goes_away_ends_the_recording(kafka: Kafka, tmp_path: Path, monkeypatch):
    settings = Settings(broker=kafka.bootstrap, partitions=1)
    ensure_topics(settings)
    publish(recording(tmp_path / "a.jsonl", [reading("P1", n) for n in range(9)]), settings, refuse=refuse_nothing)
    monkeypatch.setattr("stream.recordings.recording._PATIENCE_S", 1.0)

    def positioned_then_killed(*arguments: object, **how: object) -> object:
        ends = positioned(*arguments, **how)
        kafka.kill()
        return ends

    monkeypatch.setattr("stream.recordings.recording._positioned", positioned_then_killed)
    with pytest.raises(ServiceError, match="has stopped answering"):
        record(settings, "readings", lambda _: None, unreadable=lambda *_: None)


def test_a_recording_that_follows_ends_with_ctrl_c(topics: Settings, tmp_path: Path):
    surroundings = os.environ | {"STETHOS_BROKER": topics.broker, "STETHOS_PARTITIONS": "4"}
    path = tmp_path / "followed.jsonl"
    arguments = ["record", "--topic", "readings", "--from-now", "--output", str(path)]
    process = subprocess.Popen([*STETHOS, *arguments], env=surroundings, stderr=subprocess.PIPE, text=True)
    try:

        def recorded() -> bool:
            publish(recording(tmp_path / "a.jsonl", [reading("live", 1)]), topics, refuse=refuse_nothing)
            return path.exists() and path.stat().st_size > 0

        wait_until(recorded, "a live line is recorded")
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=30)
    finally:
        process.kill()
    assert process.returncode == 0
    lines = path.read_bytes().splitlines()
    assert all(b'"machine":"live"' in line for line in lines)  # nothing of what was there before
    assert f"{len(lines)} lines of readings recorded" in told


def test_commands(topics: Settings, tmp_path: Path):
    assert run(topics, "topics").stdout.count("4 partitions  is there") == len(TOPICS)
    assert {state["name"] for state in json.loads(run(topics, "topics", "--json").stdout)} == set(TOPICS)
    assert run(topics, "finding", "风机-3", "false-alarm", "--note", "换了产品", "--since", "2h").returncode == 0
    assert run(topics, "maintenance", "风机-3", "--done", "更换轴承", "--json").returncode == 0
    assert "accepted as new normal" in run(topics, "accept", "风机-3", "--point", "驱动端", "--by", "王伟").stdout
    said = [json.loads(line) for line in run(topics, "record", "--topic", "actions").stdout.splitlines()]
    assert [(one["type"], one["machine"]) for one in said] == [
        ("finding", "风机-3"), ("maintenance", "风机-3"), ("accept", "风机-3"),
    ]  # fmt: skip
    assert (said[0]["note"], said[1]["done"], said[2]["by"]) == ("换了产品", "更换轴承", "王伟")
    assert "No finding has labelled an alert yet" in run(topics, "experience").stdout
    assert json.loads(run(topics, "experience", "--json").stdout)["lessons"] == 0
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(
        gzip.compress(b"\n".join(json.dumps(reading("cli", n)).encode() for n in range(50)) + b"\n{oops")
    )
    done = run(topics, "publish", path, "--json")
    assert json.loads(done.stdout)["messages"] == 50
    assert f"{path}:51: the message is not JSON" in done.stderr
    assert done.returncode == 1
    output = tmp_path / "out" / "readings.jsonl"
    assert run(topics, "record", "--topic", "readings", "--output", output).returncode == 0
    assert sum(b'"machine":"cli"' in line for line in output.read_bytes().splitlines()) == 50
    again = run(topics, "record", "--topic", "readings", "--output", output)
    assert again.returncode == 1
    assert "is there already" in again.stderr
    assert run(topics, "record", "--topic", "dead-letter").returncode == 2
    printed = run(topics, "record", "--topic", "readings", "--count", 3)
    assert len(printed.stdout.splitlines()) == 3
