"""What stands and grows for certain is medium before its limit; never high by that, nor across what was done."""

import msgspec
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.clock import MINUTE_US
from models.fold import dump_state, load_state
from models.observations import AcceptObserved, MaintenanceObserved
from tests.models.fold.observed import alerts, at, configured, healths, learned, run, vibration

EVERY_US = 10 * MINUTE_US
LEARNED = dump_state(learned()[0])


def moved(factors, *, first=0, **changes):
    """Blocks of one in ten minutes, each as much louder than usual as its factor."""
    for i, factor in enumerate(factors, start=first):
        time_us = at(100) + (i + 1) * EVERY_US
        yield vibration(100 + i, factor=float(factor), time_us=time_us, observed_us=time_us, **changes)


def changes(outputs):
    return [(each.state, each.priority, each) for each in alerts(outputs) if each.rule == "change"]


def growing(count=300, upto=2.35):
    return [1.0] * 5 + list(np.geomspace(1.5, upto, count))


def test_what_grows_is_medium_before_its_limit_and_says_so_in_the_same_alert():
    state, outputs = run(moved(growing()), load_state(LEARNED))
    (_, first, low), (_, second, medium) = changes(outputs)
    assert (first, second) == ("low", "medium")
    assert (low.id, low.since) == (medium.id, medium.since)
    assert medium.value < 2.4 / 1.6 * medium.limit, "before two and a half times its baseline"
    assert medium.value >= medium.limit
    assert "grows for certain" in medium.text
    assert f"{low.since:%Y-%m-%d %H:%M} UTC" in medium.text
    assert "确定在增长" in medium.text_zh
    last = healths(outputs)[-1]
    assert last.status == "warning"
    assert last.score <= 70.0
    assert state.channels["indicators/drive-end"].growth.certain


@pytest.mark.parametrize("ending", [2.2, 1.7])
def test_it_stays_one_story_until_the_change_is_over_and_is_never_high(ending):
    """It may stand or fall back after: the alert is lowered no more than when it clears."""
    factors = [*growing(), *np.linspace(2.35, ending, 200), *[1.0] * 30]
    _, outputs = run(moved(factors), load_state(LEARNED))
    assert [(state, priority) for state, priority, _ in changes(outputs)] == [
        ("active", "low"),
        ("active", "medium"),
        ("cleared", "medium"),
    ]


def test_beyond_its_limits_it_is_what_they_say():
    _, outputs = run(moved([*growing(), *[3.0] * 30, *[9.0] * 30]), load_state(LEARNED))
    assert [priority for _, priority, _ in changes(outputs)] == ["low", "medium", "high"]


@pytest.mark.parametrize("level", [1.75, 2.0])
def test_what_only_stands_stays_low_for_months(level):
    _, outputs = run(moved([1.0] * 5 + [level] * 5000), load_state(LEARNED))
    assert [priority for _, priority, _ in changes(outputs)] == ["low"]


@pytest.mark.parametrize("what", [AcceptObserved, MaintenanceObserved])
def test_growth_does_not_go_on_across_what_people_did(what):
    state, _ = run(moved(growing()[:200]), load_state(LEARNED))
    time_us = at(100) + 201 * EVERY_US
    done = what(machine="pump", observed_us=time_us, time_us=time_us, digest="done", by="王伟")
    state, _ = run([done], state)
    assert state.channels["indicators/drive-end"].growth is None
    factors = growing()
    state, outputs = run(moved(factors[200:], first=201), state)
    assert changes(outputs) == []


def test_another_way_of_measuring_begins_anew():
    state, _ = run(moved(growing()[:100]), load_state(LEARNED))
    before = state.channels["indicators/drive-end"].growth
    state, _ = run(moved(growing()[100:103], first=100, rate_hz=12_800.0), state)
    after = state.channels["indicators/drive-end"].growth
    assert before.levels
    assert (after.rate_hz, after.levels) == (12_800.0, after.levels[:3])
    assert after.begun_us > before.begun_us


def test_in_another_regime_it_waits_and_goes_on():
    """A pump that runs slower each night still tells what grows by day."""
    slow, fast = {"speed_rpm": 740.0}, {"speed_rpm": 1480.0}
    nights = [0.4] * 72
    both = [(f, fast) for f in [1.0] * 72] + [(f, slow) for f in nights]
    observations = [
        each for k, (factor, speed) in enumerate(both * 6) for each in moved([factor], first=k, **speed)
    ]
    state, outputs = run([configured(learning=None), *observations])
    grown = list(np.geomspace(1.7, 2.3, 72 * 4))
    factors = [(f, fast) for f in grown]
    days = [factors[i : i + 72] + [(f, slow) for f in nights] for i in range(0, len(factors), 72)]
    first = len(both) * 6
    observations = [
        each
        for k, (factor, speed) in enumerate(x for day in days for x in day)
        for each in moved([factor], first=first + k, **speed)
    ]
    _, outputs = run(observations, state)
    grown = [each for state, priority, each in changes(outputs) if (state, priority) == ("active", "medium")]
    assert grown
    assert "grows for certain" in grown[0].text
    assert grown[0].value < 2.4 / 1.6 * grown[0].limit


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 205))
def test_it_goes_on_from_any_cut(cut):
    observations = list(moved(growing()))
    whole, outputs = run(observations, load_state(LEARNED))
    first, before = run(observations[:cut], load_state(LEARNED))
    again, rest = run(observations[cut:], load_state(dump_state(first)))
    assert (dump_state(again), before + rest) == (dump_state(whole), outputs)


def test_a_state_of_before_loads_and_goes_on():
    """What was written before there was growth or a sudden rise: channels and symptoms end two fields earlier."""
    known, _ = run(moved(growing()[:100]), load_state(LEARNED))
    written = msgspec.msgpack.decode(dump_state(known))
    (channel,) = written["state"]["channels"].values()
    place = known.channels["indicators/drive-end"].__struct_fields__.index
    assert channel[place("growth")][0] > 0
    channel[place("symptoms")] = [symptom[:8] for symptom in channel[place("symptoms")]]
    del channel[place("growth") :]
    older = load_state(msgspec.msgpack.encode(written))
    assert older.channels["indicators/drive-end"].growth is None
    state, outputs = run(moved(growing()[100:], first=100), older)
    assert [priority for _, priority, _ in changes(outputs)] == ["medium"]
    assert "grows for certain" in changes(outputs)[0][2].text
    assert state.channels["indicators/drive-end"].growth.certain
