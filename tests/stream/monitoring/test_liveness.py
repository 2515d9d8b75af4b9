"""When a worker is well, and what is said when it isn't."""

import pytest

from stream.monitoring.liveness import AgentSigns, Signs, StoreSigns, assess_worker
from stream.monitoring.metrics import Metrics, reason_kind
from stream.monitoring.monitor import Monitor

PATIENCE_S = 60.0


def signs(**others: object) -> Signs:
    usual = {"state": "running", "state_s": 3600.0, "up_s": 4000.0, "beat_s": 0.5, "broker_s": 3.0, "partitions": 4}
    return Signs(**{**usual, **others})


@pytest.mark.parametrize(
    "well",
    [
        signs(),
        signs(agents=(AgentSigns(name="condition"), AgentSigns(name="storage"))),
        signs(agents=(AgentSigns(name="condition", last_event_s=86_400.0),)),
        signs(agents=(AgentSigns(name="condition", lag=1_000_000, last_event_s=0.1, stuck_s=5.0),)),
        signs(store=StoreSigns(last_success_s=86_400.0)),
        signs(store=StoreSigns(failing_s=59.0, error="away")),
        signs(state="rebalancing", state_s=10.0, broker_s=20.0),
        signs(partitions=0),
    ],
    ids=["plain", "nothing to do", "idle for a day", "far behind, but moving", "nothing to store for a day",
         "store away for a moment", "rebalancing", "more workers than partitions"],
)  # fmt: skip
def test_a_worker_that_does_its_work_is_well(well: Signs):
    assert assess_worker(well, PATIENCE_S).ok
    assert assess_worker(well, PATIENCE_S).reasons == ()


@pytest.mark.parametrize(
    ("ill", "said"),
    [
        (signs(state="starting", state_s=4.0, beat_s=None, broker_s=None), "starting: no partitions after 4 s"),
        (signs(state="rebalancing", state_s=61.0), "rebalancing for 61 s"),
        (signs(state="stopping"), "stopping"),
        (signs(beat_s=61.0, broker_s=61.0), "nothing has run in it for 61 s"),
        (signs(broker_s=61.0), "the broker has not answered for 61 s"),
        (signs(store=StoreSigns(failing_s=61.0, error="no token")), "nothing could be stored for 61 s: no token"),
        (
            signs(agents=(AgentSigns(name="condition", lag=7, stuck_s=61.0, stuck_at="observations/3"),)),
            "the agent condition has made no progress in observations/3 for 61 s with 7 messages waiting",
        ),
    ],
)
def test_what_is_wrong_is_said_once(ill: Signs, said: str):
    report = assess_worker(ill, PATIENCE_S)
    assert not report.ok
    (reason,) = report.reasons
    assert said in reason


def test_several_things_are_all_said():
    store = StoreSigns(failing_s=100, error="away")
    stuck = AgentSigns(name="vibration-indicators", lag=1, stuck_s=100, stuck_at="vibration/0")
    waiting = AgentSigns(name="storage", lag=9, stuck_s=100, stuck_at="rows/0")
    reasons = assess_worker(signs(store=store, agents=(stuck, waiting)), PATIENCE_S).reasons
    assert len(reasons) == 2, "that the storage agent waits for the store is no third one"
    assert "stored" in reasons[0]
    assert "vibration-indicators" in reasons[1]


def test_warnings_are_told_in_every_report_and_make_no_worker_ill():
    monitor = Monitor(Metrics(), servers=[], patience_s=PATIENCE_S)
    seen = ["first"]
    monitor.warn(lambda: seen)
    monitor.warn(lambda: ("always",))
    assert monitor.report().warnings == ("first", "always")
    seen.clear()
    report = monitor.report()
    assert report.warnings == ("always",)
    assert not any("always" in reason for reason in report.reasons)


def test_what_a_sender_invents_becomes_no_label():
    metrics = Metrics()
    for number in range(1000):
        metrics.dead_letter("vibration", f"{number}: made up")
        metrics.dead_letter("vibration", f"samples[{number}]: expected float (NaN); send numbers")
    assert metrics.text().count(b"stethos_dead_letters_total{") == 2
    assert reason_kind("samples[17]: expected float") == "samples"
    assert reason_kind("") == "unreadable"
    assert reason_kind("时间: 坏") == "unreadable"


def test_latencies_of_clocks_that_differ_are_never_negative():
    metrics = Metrics()
    metrics.judged("observations", "observed_vibration", 2**62)
    metrics.observed("vibration", "vibration", None)
    text = metrics.text().decode()
    assert 'stethos_latency_seconds_sum{step="judge"} 0.0' in text
    assert 'stethos_latency_seconds_count{step="observe"} 0.0' in text
    assert 'stethos_messages_total{topic="vibration",type="vibration"} 1.0' in text
