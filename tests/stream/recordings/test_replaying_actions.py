"""A recording may hold what people said: replayed, it teaches the whole fleet as it would have done live."""

import json
from datetime import UTC, datetime, timedelta

import numpy as np

from models.outputs import Action, Alert, Lesson
from stream.config.machines import Fleet
from stream.recordings.reading import Line
from stream.recordings.replaying import Replay

BEGIN = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
NOISE = np.random.default_rng(5).normal(0, 0.03, 4000)


def lines(*contents):
    return [Line("run.jsonl", number, json.dumps(each).encode()) for number, each in enumerate(contents, 1)]


def moment(i):
    return (BEGIN + timedelta(seconds=20 * i)).isoformat()


def reading(machine, i, rms):
    value = rms * float(np.exp(NOISE[(i * 7 + len(machine)) % len(NOISE)]))
    return {
        "type": "reading", "machine": machine, "point": "驱动端", "time": moment(i), "values": {"rms_mm_s": value},
    }  # fmt: skip


def run():
    """Two pumps run for an hour; one gets louder, somebody looks, and what is found reaches the other."""
    yield from (reading(machine, i, 1.0) for i in range(180) for machine in ("水泵-1", "水泵-2"))
    yield from (reading(machine, i, 3.5 if machine == "水泵-1" else 1.0) for i in range(180, 220)
                for machine in ("水泵-1", "水泵-2"))  # fmt: skip
    yield {
        "type": "finding",
        "machine": "水泵-1",
        "time": moment(220),
        "verdict": "false_alarm",
        "note": "换了产品",
    }
    yield {"type": "accept", "machine": "水泵-1", "time": moment(220), "by": "王伟"}
    yield from (reading("水泵-1", i, 3.5) for i in range(221, 260))


def test_what_is_said_of_one_machine_reaches_the_others():
    replay = Replay(Fleet())
    outputs = [replayed.output for replayed in replay.outputs(lines(*run(), reading("水泵-3", 260, 1.0)))]
    assert [output.kind for output in outputs if isinstance(output, Action)] == ["finding", "accept"]
    taught = [output for output in outputs if isinstance(output, Lesson)]
    assert taught
    alerts = [output for output in outputs if isinstance(output, Alert) and output.machine == "水泵-1"]
    assert {alert.id for alert in alerts if alert.state == "active"} == {alert.id for alert in alerts}
    assert [alert.state for alert in alerts if alert.rule == "change"][-1] == "cleared"
    known = {name: machine.state.known.classifier.lessons for name, machine in replay._machines.items()}
    assert known == dict.fromkeys(("水泵-1", "水泵-2", "水泵-3"), len(taught))


def test_it_is_the_same_every_time():
    first, again = (list(Replay(Fleet()).outputs(lines(*run()))) for _ in range(2))
    assert first == again


def test_a_shelf_in_a_recording_holds_until_its_time():
    contents = [
        *(reading("水泵-1", i, 1.0) for i in range(180)),
        *(reading("水泵-1", i, 3.5) for i in range(180, 220)),
        {
            "type": "shelve",
            "machine": "水泵-1",
            "time": moment(220),
            "point": "驱动端",
            "until": moment(240),
            "reason": "已知",
        },
        *(reading("水泵-1", i, 3.5) for i in range(221, 260)),
    ]
    outputs = [replayed.output for replayed in Replay(Fleet()).outputs(lines(*contents))]
    (said,) = (each for each in outputs if isinstance(each, Action))
    assert (said.kind, said.refused, said.reason) == ("shelve", "", "已知")
    told = [each for each in outputs[outputs.index(said) + 1 :] if isinstance(each, Alert)]
    assert [each.shelved_until is not None for each in told] == [True] * (len(told) // 2) + [False] * (
        len(told) // 2
    )
    assert {each.id for each in told[: len(told) // 2]} == {each.id for each in told[len(told) // 2 :]}
    assert told[-1].time.isoformat() >= moment(240)
