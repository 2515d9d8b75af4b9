"""What people read after a replay: how each machine stands, and the fault that its points name."""

import io
from datetime import UTC, datetime

import msgspec
from rich.console import Console

from models.outputs import Diagnosis, Health
from stream.recordings.reading import Line
from stream.recordings.replay_report import Report
from stream.recordings.replaying import MachineSummary, Replayed, Summary

START = datetime(2026, 3, 1, tzinfo=UTC)
OUTER = Diagnosis(verdict="bearing_outer_race", confidence=0.9, text="Damaged outer race (confidence 90 %).")
SOUND = Diagnosis(verdict="healthy", confidence=0.9, text="No fault found.")
SUMMARY = Summary(
    machines={
        "P1": MachineSummary(
            status="watch", score=80.0, observations=2, duplicates=0, late=0, future=0, alerts={"low": 1}
        )
    },
    observations=2,
    duplicates=0,
    refused=0,
    seconds=0.1,
)


def printed(*diagnoses, summary=SUMMARY):
    report = Report()
    for point, diagnosis in diagnoses:
        health = Health(machine="P1", point=point, time=START, status="watch", score=80.0, diagnosis=diagnosis)
        report.add(Replayed(Line("file", 1, b""), health))
    out = io.StringIO()
    report.print(summary, Console(file=out, width=200))
    return out.getvalue()


def test_a_named_fault_is_told_with_its_point():
    said = printed(("drive-end", OUTER), ("bearing", None), ("non-drive-end", SOUND))
    assert "diagnosis  drive-end: Damaged outer race (confidence 90 %)." in said
    assert "No fault found" not in said


def test_a_name_that_is_gone_at_the_end_is_not_told():
    assert "outer race" not in printed(("drive-end", OUTER), ("drive-end", SOUND))


def test_many_late_ones_are_explained():
    machine = msgspec.structs.replace(SUMMARY.machines["P1"], observations=350, late=349)
    late = msgspec.structs.replace(SUMMARY, machines={"P1": machine})
    assert "many wrong time stamps ahead make all after them late" in printed(summary=late)
    few = msgspec.structs.replace(SUMMARY, machines={"P1": msgspec.structs.replace(machine, late=3)})
    assert "wrong time stamp" not in printed(summary=few)


def test_only_what_there_was_is_counted():
    machine = msgspec.structs.replace(SUMMARY.machines["P1"], duplicates=1, late=2)
    said = printed(summary=msgspec.structs.replace(SUMMARY, machines={"P1": machine}))
    assert "  2 observations, 1 duplicates, 2 late, 1 alerts of low priority\n" in said


def test_a_withheld_health_is_told_with_its_reason_and_its_lowest():
    report = Report()
    for second, (score, reason) in enumerate([(70.0, "Wears."), (60.0, "Wears."), (None, "Learns anew.")]):
        time = START.replace(second=second)
        health = Health(machine="P1", point="x", time=time, status="watch", score=score, reason=reason)
        report.add(Replayed(Line("file", 1, b""), health))
    machine = msgspec.structs.replace(SUMMARY.machines["P1"], status="warming_up", score=None)
    out = io.StringIO()
    report.print(msgspec.structs.replace(SUMMARY, machines={"P1": machine}), Console(file=out, width=200))
    lines = out.getvalue().splitlines()
    assert lines[0] == "P1  warming up  health withheld"
    assert "  Learns anew." in lines
    assert "  lowest 60 at 2026-03-01 00:00:01 UTC" in lines
    assert not any("Wears" in line for line in lines)


def test_points_too_many_are_told_once_and_only_where_there_were_any():
    machine = msgspec.structs.replace(SUMMARY.machines["P1"], crowded=236)
    crowded = msgspec.structs.replace(SUMMARY, machines={"P1": machine})
    said = printed(summary=crowded)
    assert "236 crowded" in said
    assert said.count("names more than 64 points") == 1
    assert "64 points" not in printed()
    assert b'"crowded":236' in msgspec.json.encode(crowded)
    assert b"crowded" not in msgspec.json.encode(SUMMARY)


def test_alarms_that_came_more_often_than_alerts_tell_are_counted_apart():
    machine = msgspec.structs.replace(
        SUMMARY.machines["P1"], alerts={"low": 5, "medium": 0, "high": 0}, activations=31
    )
    restless = msgspec.structs.replace(SUMMARY, machines={"P1": machine})
    assert "5 alerts of low priority" in printed(summary=restless)
    assert "alarms came 31 times in all" in printed(summary=restless)
    assert b'"activations":31' in msgspec.json.encode(restless)
    quiet = msgspec.structs.replace(SUMMARY, machines={"P1": msgspec.structs.replace(machine, activations=5)})
    assert "times in all" not in printed(summary=quiet)
