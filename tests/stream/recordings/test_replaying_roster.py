"""A recording may hold that machines leave: replayed, they are away from there on."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from models.errors import MessageError
from models.outputs import Action, Health
from stream.config.machines import Fleet
from stream.recordings.reading import Line, decode_line
from stream.recordings.replaying import Replay

BEGIN = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


def moment(i):
    return (BEGIN + timedelta(minutes=i)).isoformat()


def reading(machine, i):
    values = {"current_a": 10.0 + i % 3}
    return {"type": "reading", "machine": machine, "point": "柜", "time": moment(i), "values": values}


def said(machine, i, do, **more):
    return {"type": "machine", "machine": machine, "do": do, "time": moment(i), "by": "王伟", **more}


def replayed(*contents):
    lines = [Line("run.jsonl", number, json.dumps(each).encode()) for number, each in enumerate(contents, 1)]
    replay = Replay(Fleet())
    return replay, [each.output for each in replay.outputs(lines)]


def test_raw_messages_are_judged_as_the_worker_would():
    replay, outputs = replayed(
        *(reading(machine, i) for i in range(40) for machine in ("泵 1", "泵 2", "泵 3")),
        said("泵 1", 40, "retire", note="已报废"),
        said("泵 2", 40, "forget"),
        *(reading(machine, i) for i in range(41, 60) for machine in ("泵 1", "泵 2", "泵 3")),
        said("泵 1", 60, "return"),
        *(reading(machine, i) for i in range(61, 70) for machine in ("泵 1", "泵 2", "泵 3")),
    )
    assert [(each.machine, each.kind, each.note) for each in outputs if isinstance(each, Action)] == [
        ("泵 1", "retire", "已报废"), ("泵 2", "forget", ""), ("泵 1", "return", ""),
    ]  # fmt: skip
    guards = {
        name: [h.guard for h in outputs if isinstance(h, Health) and h.machine == name] for name in replay._machines
    }
    assert guards["泵 1"] == [None] * 40 + ["retired"] * 20 + [None] * 10
    assert guards["泵 2"] == [None] * 40 + ["forgotten"] * 2 + [None] * 28
    assert guards["泵 3"] == [None] * 68
    machines = replay.summary(0.0).machines
    assert (machines["泵 1"].observations, machines["泵 2"].observations, machines["泵 3"].observations) == (
        68,
        28,
        68,
    )


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"do": "explode"}, "do"),
        ({"do": None}, "do"),
        ({"do": "expire"}, "do"),
        ({"point": "DE"}, "leave it out"),
        ({"time": "yesterday"}, "time"),
        ({"machine": "a/b"}, "no name"),
        ({"note": "x" * 3000}, "2000 at most"),
        ({"by": 7}, "by"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_reason(change, told):
    content = {**said("泵 1", 0, "forget"), **change}
    with pytest.raises(MessageError, match=told):
        decode_line(Line("run.jsonl", 1, json.dumps(content).encode()))


def test_without_do_it_is_refused():
    content = said("泵 1", 0, "forget")
    del content["do"]
    with pytest.raises(MessageError, match="do"):
        decode_line(Line("run.jsonl", 1, json.dumps(content).encode()))
