"""What came late in a recording: told by its end at the latest, in whatever order it stands."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from models.outputs import Alert, Health
from stream.config.machines import Fleet
from stream.recordings.reading import Line
from stream.recordings.replaying import Replay

BEGIN = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)


def level(minute, factor=1.0):
    """A cheap sensor's level, which hardly varies."""
    return {
        "type": "reading",
        "machine": "P-1",
        "point": "skid",
        "time": (BEGIN + timedelta(minutes=minute)).isoformat(),
        "values": {"rms": factor * (1.0 + 0.03 * (minute * 7 % 11 - 5) / 5)},
    }


def lines(messages):
    return [Line("run.jsonl", number, msgspec.json.encode(message)) for number, message in enumerate(messages, 1)]


BEFORE = [level(minute) for minute in range(140)]
BACKLOG = [level(minute, 8.0 if 180 <= minute < 330 else 1.0) for minute in range(140, 360)]


def interleaved(live, backlog):
    left = list(backlog)
    for each in live:
        yield each
        yield from left[:2]
        del left[:2]


ORDERS = {
    "newest first": lambda live: [*BACKLOG[::-1], *live],
    "behind live ones": lambda live: [*live[:5], *BACKLOG, *live[5:]],
    "between live ones": lambda live: list(interleaved(live, BACKLOG)),
    "last of all": lambda live: [*live, *BACKLOG],
}


@pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS)
def test_two_and_a_half_hours_at_eight_times_are_told_once(order):
    live = [level(minute) for minute in range(360, 600)]
    replay = Replay(Fleet())
    outputs = [each.output for each in replay.outputs(lines([*BEFORE, *order(live)]))]
    assert sum(isinstance(output, Health) for output in outputs) == 600
    told = [output for output in outputs if isinstance(output, Alert)]
    assert [(alert.rule, alert.state, alert.priority) for alert in told] == [
        ("late", "active", "high"),
        ("late", "cleared", "high"),
    ]
    assert told[0].since.replace(microsecond=0) == BEGIN + timedelta(minutes=180)
    assert told[1].time.replace(microsecond=0) == BEGIN + timedelta(minutes=329)
    summary = replay.summary(0.0).machines["P-1"]
    assert summary.alerts == {"high": 1}
    assert list(replay.outputs([])) == []


def test_a_sound_backlog_says_nothing():
    sound = [level(minute) for minute in range(359, 139, -1)]
    outputs = [each.output for each in Replay(Fleet()).outputs(lines([*BEFORE, level(360), *sound]))]
    assert not [output for output in outputs if isinstance(output, Alert)]
