"""A recording whose machine changes its id: replayed, it is one machine, as it would have been live."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from models.machinery.machine import Machine
from models.outputs import Action, Health
from stream.config.machines import Fleet
from stream.messages.records import observation_to_json
from stream.recordings.reading import Line
from stream.recordings.replaying import Replay
from tests.models.fold.observed import vibration

BEGIN = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
ALIASED = Fleet(machines={"水泵-1": Machine(id="水泵-1", speed_rpm=1480.0)}, aliases={"P-102": "水泵-1"})


def moment(i):
    return (BEGIN + timedelta(seconds=20 * i)).isoformat()


def reading(machine, i):
    values = {"rms_mm_s": 1.0 + i % 7 / 50}
    return {"type": "reading", "machine": machine, "point": "驱动端", "time": moment(i), "values": values}


def renamed(machine, alias, i):
    return {"type": "rename", "machine": machine, "alias": alias, "time": moment(i), "by": "王伟", "note": "新网关"}


def replayed(contents, fleet=Fleet()):  # noqa: B008 -- frozen
    refused = []
    replay = Replay(fleet, refuse=lambda line, error: refused.append((line.number, str(error))))
    lines = [Line("run.jsonl", number, json.dumps(each).encode()) for number, each in enumerate(contents, 1)]
    outputs = [each.output for each in replay.outputs(lines)]
    return outputs, replay.summary(0.0), refused


def run(second):
    return [reading("水泵-1" if i < 60 else second, i) for i in range(120)]


def test_what_comes_under_an_alias_of_the_file_is_the_machine_s_bit_for_bit():
    outputs, summary, refused = replayed(run("P-102"), ALIASED)
    assert list(summary.machines) == ["水泵-1"]
    assert summary.machines["水泵-1"].observations == 120
    assert not refused
    assert outputs == replayed(run("水泵-1"), ALIASED)[0]


def test_renaming_counts_from_its_line_on_and_what_came_before_stays_apart():
    contents = [reading("P-102", 0), reading("水泵-1", 1), renamed("水泵-1", "P-102", 2), reading("P-102", 3)]
    outputs, summary, _ = replayed(contents)
    assert {name: each.observations for name, each in summary.machines.items()} == {"P-102": 1, "水泵-1": 2}
    (action,) = [each for each in outputs if isinstance(each, Action)]
    assert (action.machine, action.kind, action.alias, action.by, action.note) == (
        "水泵-1", "renamed", "P-102", "王伟", "新网关",
    )  # fmt: skip
    assert [each.machine for each in outputs if isinstance(each, Health)] == ["P-102", "水泵-1", "水泵-1"]


def test_what_people_say_by_the_new_id_is_said_of_the_machine():
    said = {"type": "maintenance", "machine": "P-102", "time": moment(121), "done": "轴承"}
    outputs, summary, _ = replayed([*run("P-102"), said], ALIASED)
    assert [each.machine for each in outputs if isinstance(each, Action)] == ["水泵-1"]
    assert list(summary.machines) == ["水泵-1"]


def test_that_a_history_from_before_the_alias_leaves_ends_no_other():
    said = {"type": "machine", "machine": "P-102", "time": moment(4), "do": "forget", "note": "旧编号"}
    contents = [reading("P-102", 0), reading("水泵-1", 1), renamed("水泵-1", "P-102", 2), reading("P-102", 3), said]
    outputs, summary, _ = replayed(contents)
    assert [(each.machine, each.kind) for each in outputs if isinstance(each, Action)][-1] == ("P-102", "forget")
    assert summary.machines["水泵-1"].observations == 2


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (renamed("水泵-1", "水泵-1", 0), "'水泵-1' is the id that this machine had first"),
        (renamed("P-7", "P-102", 0), "'P-102' is an alias of '水泵-1' already"),
        (renamed("P-7", "水泵-1", 0), "'水泵-1' is described as a machine of its own"),
        (renamed("P-7", "P/8", 0), "alias: 'P/8' is no name"),
        (renamed("P-7", 8, 0), "alias: expected"),
        (renamed("P-7", "P-8", 0) | {"point": "DE"}, "a machine is renamed as a whole"),
        ({"type": "rename", "machine": "P-7", "time": moment(0)}, "alias: it is missing"),
    ],
)
def test_a_renaming_that_makes_no_sense_is_refused_and_changes_nothing(said, told):
    outputs, summary, refused = replayed([said, *run("P-102")], ALIASED)
    assert (summary.refused, list(summary.machines)) == (1, ["水泵-1"])
    ((number, reason),) = refused
    assert number == 1
    assert told in reason
    assert outputs == replayed(run("水泵-1"), ALIASED)[0]


def test_observations_are_folded_under_the_id_that_they_carry():
    """They were resolved when they were made: a recording replays whatever machines.toml says by now."""
    lines = [
        Line("o.jsonl", i, observation_to_json(vibration(i, machine="P-102" if i % 2 else "水泵-1")))
        for i in range(10)
    ]
    replay = Replay(ALIASED)
    list(replay.outputs(lines))
    assert {name: each.observations for name, each in replay.summary(0.0).machines.items()} == {
        "P-102": 5, "水泵-1": 5,
    }  # fmt: skip
