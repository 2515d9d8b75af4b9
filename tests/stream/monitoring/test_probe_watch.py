"""Where a worker's probes stop, by what its agents tell; nothing here waits for a clock."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from models.probes.records import INPUTS, ProbeResult
from stream.monitoring import probe_watch
from stream.monitoring.liveness import ProbeSigns, Signs, StoreSigns, assess_worker
from stream.monitoring.metrics import Metrics
from stream.monitoring.probe_watch import ProbeWatch
from tests.stream.web.fleets import probes

SENT = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)


@pytest.fixture
def clock(monkeypatch):
    """The monotonic clock of the watch, which a test sets."""
    now = [1000.0]
    monkeypatch.setattr(probe_watch.time, "monotonic", lambda: now[0])
    return now


@pytest.fixture
def watch(clock):
    watch = ProbeWatch(Metrics(), every_s=60.0)
    watch.own((0, 1))
    return watch


def results(number, **others) -> list[ProbeResult]:
    return [
        msgspec.structs.replace(each, **others)
        for each in probes(SENT + number * timedelta(minutes=1), partitions=2)
    ]


def go(watch, number, *, until="stored", but=()):
    """One probe of every way, up to a stage; those of `but` stop before it."""
    time_us = int((SENT + number * timedelta(minutes=1)).timestamp() * 1e6)
    stages = ["sent", "observed", "judged", "stored"]
    for stage in stages[: stages.index(until) + 1]:
        passing = [r for r in results(number) if stage != until or (r.input, r.partition) not in but]
        match stage:
            case "sent":
                for each in passing:
                    watch.sent((each.input, each.partition), time_us)
            case "stored":
                watch.read_back(passing)
            case _:
                for each in passing:
                    watch.passed(stage, (each.input, each.partition))


def test_probes_that_come_back_are_no_news(watch, clock):
    for number in range(5):
        go(watch, number)
        clock[0] += 60
    signs = watch.signs(clock[0])
    assert (signs.stage, signs.wrong_at, signs.oldest_s) == ("", "", 60.0)


@pytest.mark.parametrize(
    ("until", "stage"),
    [("sent", "observed"), ("observed", "judged"), ("judged", "stored")],
)
def test_the_first_stage_that_none_passes_is_named(watch, clock, until, stage):
    go(watch, 0)
    for number in range(1, 4):
        clock[0] += 60
        go(watch, number, until=until)
    signs = watch.signs(clock[0])
    assert (signs.stage, signs.stopped_s, signs.oldest_s) == (stage, 180.0, 180.0)
    assert signs.stopped_at == "actions/0, actions/1, readings/0 and 5 more"


def test_one_lost_is_no_reason_and_one_way_that_stands_is_named_alone(watch, clock):
    way = ("vibration", 1)
    go(watch, 0)
    clock[0] += 60
    go(watch, 1, until="observed", but=[way])
    clock[0] += 60
    assert watch.signs(clock[0]).stage == ""
    for number in (2, 3):
        go(watch, number)
        watch._ways[way].stages["observed"] = 1000.0
        clock[0] += 30
    assert (watch.signs(clock[0]).stage, watch.signs(clock[0]).stopped_at) == ("observed", "vibration/1")


def test_what_cannot_be_sent_is_told_with_its_reason(watch, clock):
    clock[0] += 200
    for each in INPUTS:
        watch.refused((each, 0), "TopicAuthorizationFailedError")
        watch.refused((each, 1), "TopicAuthorizationFailedError")
    report = assess_worker(Signs(state="running", state_s=1e3, up_s=1e3, probes=watch.signs(clock[0])), 60.0)
    assert not report.ok
    assert "no probe could be sent" in report.reasons[0]
    assert "TopicAuthorizationFailedError" in report.reasons[0]


def test_a_store_that_gives_back_an_older_one_has_lost_what_came_after(watch, clock):
    go(watch, 0)
    for number in range(1, 4):
        clock[0] += 60
        go(watch, number, until="judged")
        watch.read_back(results(0))
    assert watch.signs(clock[0]).stage == "stored"


def test_other_values_are_told_and_only_of_probes_of_its_own(watch):
    watch.read_back(results(-1, value=0.1))  # another version's, before ours came
    assert watch.signs(1000.0).wrong_at == ""
    go(watch, 0)
    watch.read_back(results(0, value=0.1)[:1])
    assert watch.signs(1000.0).wrong_at == "vibration/0"
    go(watch, 1)
    assert watch.signs(1000.0).wrong_at == ""


def test_partitions_of_others_are_theirs_to_watch_and_what_is_taken_over_counts_from_then(watch, clock):
    clock[0] += 200
    watch.own(())
    assert watch.signs(clock[0]) == ProbeSigns()
    watch.passed("observed", ("vibration", 0))
    watch.own((1,))
    assert (watch.signs(clock[0]).stage, watch.signs(clock[0]).oldest_s) == ("", 0.0)
    assert b'probe_age_seconds{input="vibration",partition="0"}' not in watch._metrics.text()


@pytest.mark.parametrize(
    "others",
    [
        {"state": "rebalancing"},
        {"state": "starting"},
        {"broker_s": 100.0},
        {"store": StoreSigns(failing_s=100.0, error="locked")},
    ],
)
def test_what_keeps_probes_is_told_and_not_the_probes_once_excused(watch, clock, others):
    clock[0] += 200
    watch.excuse()
    signs = Signs(**{"state": "running", "state_s": 1.0, "up_s": 1e3, "probes": watch.signs(clock[0]), **others})
    assert not any("probe" in reason for reason in assess_worker(signs, 60.0).reasons)
    clock[0] += 140
    assert watch.signs(clock[0]).stage == "", "and have time to come again afterwards"
    clock[0] += 20
    assert watch.signs(clock[0]).stage == "sent"
