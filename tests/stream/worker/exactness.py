"""Input of twelve machines, and the proof that what workers made of it is what one fold of the log makes."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

import numpy as np
from kafka import KafkaProducer

from models.fold import MachineState, dump_state, initial_state, step
from models.observations import Experienced
from models.outputs import Alert, Health
from stream.delivery.checkpoint_reader import read_checkpoints
from stream.messages.records import decode_lesson, decode_observation, encode_output
from stream.messages.topics import (
    ACTIONS,
    ALERTS,
    HEALTH,
    INPUTS,
    LESSONS,
    OBSERVATIONS,
    READINGS,
    TEMPERATURE,
    VIBRATION,
)
from tests.services.processes import wait_until
from tests.services.topics import read_topic, wait_for_no_lag

__all__ = ["assert_exact", "message", "publish", "publish_last_words"]

MACHINES = [f"机器-{number}" for number in range(12)]
BEGIN = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
FIRST_FINDING = 96


def message(number: int, noise: np.random.Generator) -> tuple[str, dict]:
    """One of several kinds; every machine gets all kinds, some get louder, and people say this and that."""
    machine = MACHINES[number % len(MACHINES)]
    moment = BEGIN + timedelta(seconds=10 * (number // len(MACHINES)))
    envelope = {"machine": machine, "time": moment.isoformat()}
    if number % 97 == FIRST_FINDING:
        kinds = ({"type": "finding", "verdict": "false_alarm"}, {"type": "accept", "point": "DE"})
        return ACTIONS, kinds[number % 2] | {"note": f"第 {number} 条"} | envelope
    kind = (number // len(MACHINES)) % 4
    growth = 1.0 + (5.0 if number > 3500 and number % 3 == 0 else 0.0)
    if kind < 2:
        samples = (growth * noise.normal(0, 0.1, 512)).round(4).tolist()
        return VIBRATION, {
            "type": "vibration",
            "point": "DE",
            "rate": 5120,
            "unit": "g",
            "samples": samples,
        } | envelope
    if kind == 2:
        return TEMPERATURE, {"type": "temperature", "point": "DE", "value": 40 + noise.normal()} | envelope
    values = {"current_a": 12 + noise.normal(), "flow": 30 + noise.normal()}
    return READINGS, {"type": "reading", "point": "panel", "values": values} | envelope


def publish(bootstrap: str, first: int, count: int, noise: np.random.Generator) -> None:
    producer = KafkaProducer(bootstrap_servers=bootstrap, acks="all", linger_ms=5)
    for number in range(first, first + count):
        topic, content = message(number, noise)
        producer.send(topic, key=content["machine"].encode(), value=json.dumps(content).encode())
    producer.flush()
    producer.close()


def publish_last_words(bootstrap: str, number: int) -> int:
    """Call a loud machine's alerts false once all else is judged; wait until all machines know what that teaches.

    Gives how many messages that were. What comes earlier may overtake the blocks that raise the alerts.
    """
    said = message(FIRST_FINDING, np.random.default_rng(0))[1] | {"machine": MACHINES[0]}
    said["time"] = (BEGIN + timedelta(seconds=10 * (number // len(MACHINES) + 1))).isoformat()
    producer = KafkaProducer(bootstrap_servers=bootstrap, acks="all")
    producer.send(ACTIONS, key=MACHINES[0].encode(), value=json.dumps(said).encode())
    producer.close()
    wait_until(lambda: all_know_all_lessons(bootstrap), "all machines know all lessons", every_s=1.0)
    wait_for_no_lag(bootstrap)
    return 1


def all_know_all_lessons(bootstrap: str) -> bool:
    lessons = {decode_lesson(record.value).id for record in records_of(bootstrap, LESSONS)}
    known = dict.fromkeys(MACHINES, 0)
    for record in records_of(bootstrap, OBSERVATIONS):
        observation = decode_observation(record.value) if b"experienced" in record.value else None
        if isinstance(observation, Experienced):
            known[observation.machine] = max(known[observation.machine], observation.judgement.lessons)
    return bool(lessons) and set(known.values()) == {len(lessons)}


def records_of(bootstrap: str, topic: str) -> list:
    return [record for records in read_topic(bootstrap, topic).values() for record in records]


def first_seen(records: dict[int, list]) -> dict[int, list[bytes]]:
    """The distinct values of each partition as they first came: a repeat is byte for byte equal."""
    return {number: list(dict.fromkeys(record.value for record in found)) for number, found in records.items()}


def fold_afresh(
    observations: dict[int, list],
) -> tuple[dict[str, MachineState], dict[int, list[bytes]], dict[int, list]]:
    machines: dict[str, MachineState] = {}
    healths: dict[int, list[bytes]] = {number: [] for number in observations}
    alerts: dict[int, list[bytes]] = {number: [] for number in observations}
    for number, records in observations.items():
        for record in records:
            observation = decode_observation(record.value)
            state = machines.get(observation.machine) or initial_state(observation.machine)
            machines[observation.machine], outputs = step(state, observation)
            healths[number] += [encode_output(output) for output in outputs if isinstance(output, Health)]
            alerts[number] += [encode_output(output) for output in outputs if isinstance(output, Alert)]
    return machines, healths, alerts


def assert_exact(bootstrap: str, published: int) -> None:
    """Every input observed; folded exactly once; what was said and what was saved are those of a fresh fold."""
    observations = read_topic(bootstrap, OBSERVATIONS)
    inputs = {
        (topic, number, record.offset)
        for topic in INPUTS
        for number, records in read_topic(bootstrap, topic).items()
        for record in records
    }
    assert len(inputs) == published
    decoded = [decode_observation(record.value) for records in observations.values() for record in records]
    sources = [(o.source.topic, o.source.partition, o.source.offset) for o in decoded if o.source]
    assert set(sources) == inputs, "every input is observed, and nothing else"
    assert len(sources) > len(inputs), "nothing came in the middle of the work: the test has proved nothing"

    machines, healths, alerts = fold_afresh(observations)
    counts = [state.counts for state in machines.values()]
    assert sum(count.accepted + count.acts for count in counts) == published, "folded exactly once"
    assert sum(count.acts for count in counts) == len(records_of(bootstrap, ACTIONS))
    assert first_seen(read_topic(bootstrap, HEALTH)) == healths
    assert first_seen(read_topic(bootstrap, ALERTS)) == alerts
    assert any(alerts.values()), "the louder machines raise alerts"
    lessons = {decode_lesson(record.value).id for record in records_of(bootstrap, LESSONS)}
    known = {state.known.classifier.lessons for state in machines.values()}
    assert known == {len(lessons)}, "every machine knows what all lessons have taught"

    restored = asyncio.run(read_checkpoints([bootstrap], observations))
    ended = {name: state for part in restored.values() for name, state in part.machines.items()}
    assert {name: dump_state(state) for name, state in ended.items()} == {
        name: dump_state(state) for name, state in machines.items()
    }
