"""Accepting what a machine does as its new normal is offered nowhere while anything speaks of a fault."""

import sys

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models import fold
from models.clock import MINUTE_US
from models.machinery.machine import Learning
from models.observations import Compared, FindingObserved, SisterBaseline
from tests.models.condition.made_up import OUTER, names
from tests.models.fold.observed import (
    START_US,
    alerts,
    configured,
    healths,
    kind,
    reading,
    run,
    temperature,
    vibration,
)

NAMED = names(OUTER)
SPEED_RPM = 60 * NAMED.speed_hz
LEARNED = 200
OTHERWISE = {"rate_hz": 2_560.0, "seconds": 0.4, "samples": 1_024}


def minute(number):
    return START_US + number * MINUTE_US


def block(i, point="drive-end", **changes):
    """One a minute, of a machine whose speed is known."""
    fields = {"time_us": minute(i), "observed_us": minute(i), "speed_rpm": SPEED_RPM, "samples": 25_600, **changes}
    return vibration(i, point, **fields)


def warm(i):
    return temperature(i, time_us=minute(i), observed_us=minute(i))


def panel(i, factor=1.0):
    """A level as a cheap sensor tells it."""
    value = 2.8 * factor * (1.0 + 0.02 * (i * 7 % 5))
    return reading(i, point="panel", time_us=minute(i), observed_us=minute(i), values={"rms_mm_s": value})


def pump(**description):
    described = {"kind": "pump", "power_kw": 30.0, "speed_rpm": SPEED_RPM, **description}  # no zones of severity
    return configured(learning=Learning(duration_s=60.0, observations=100), **described)


@pytest.fixture(scope="module")
def grown():
    state, _ = run([pump(), *(each for i in range(LEARNED) for each in (block(i), warm(i), panel(i)))])
    return fold.dump_state(state)


def finding(number):
    return FindingObserved(
        machine="pump", point="", time_us=minute(number), observed_us=minute(number), digest=f"finding-{number}",
        by="wang", verdict="confirmed", fault="bearing_outer_race",
    )  # fmt: skip


def sisters(state, number):
    """Five machines like this one that are quieter by half."""
    usual = {
        group: {"rms_g": SisterBaseline(each.values["rms_g"] - 1.5, 0.05, 5)}
        for group, each in state.usuals.items()
    }
    return Compared(machine="pump", observed_us=minute(number), number=1, baselines=usual)


def offers(outputs):
    """What is said to people that offers to accept something."""
    said = [alert.text for alert in alerts(outputs)] + [health.reason for health in healths(outputs)]
    return [text for text in said if "stethos accept" in text or "accept it as" in text]


def speaks_of_fault(state, outputs):
    """As rule by rule of the text: a name, a growth, a remaining life, a zone, a person."""
    channels = state.channels.values()
    named = any(channel.diagnosis_votes.leading_fault() for channel in channels)
    open_at = {rule: alarm.level for channel in channels for rule, alarm in channel.alarms.items()}
    grows = any(channel.growth is not None and channel.growth.certain for channel in channels)
    lives = any(health.remaining_life_h is not None for health in healths(outputs))
    confirmed = state.time_us is not None and state.time_us < state.known.plain_until_us
    zone_c = open_at.get("severity", 0) >= 2
    return bool(named or open_at.get("diagnosis") or grows or lives or confirmed or zone_c)


# How each text that offers it comes about; `seen` is what diagnosis finds meanwhile.


def unlike_its_sisters(state, seen):
    blocks = [block(i, diagnosis=seen) for i in range(LEARNED, LEARNED + 20)]
    state, _ = run(blocks, state)
    return run([sisters(state, LEARNED + 20)], state)[1]


def comes_and_goes(state, seen):
    loud = [
        block(LEARNED + 60 * breath + i, factor=2.0 if i < 25 else 1.0, diagnosis=seen)
        for breath in range(7)
        for i in range(60)
    ]
    return run(loud, state)[1]


def measured_otherwise_and_louder(state, seen):
    """At half the length only, so that the level is shared, and a diagnosis goes on."""
    state, _ = run([block(i, diagnosis=seen) for i in range(LEARNED, LEARNED + 20)], state)
    blocks = [block(i, factor=1.5, diagnosis=seen, **OTHERWISE) for i in range(LEARNED + 20, LEARNED + 60)]
    return run(blocks, state)[1]


def falls_by_a_unit(state, seen):
    state, _ = run([block(i, diagnosis=seen) for i in range(LEARNED, LEARNED + 20)], state)
    return run([panel(i, 1 / 9.80665) for i in range(LEARNED + 20, LEARNED + 60)], state)[1]


def falls_silent(state, seen):
    state, _ = run([block(i, diagnosis=seen) for i in range(LEARNED, LEARNED + 20)], state)
    return run([warm(i) for i in range(LEARNED + 20, LEARNED + 120)], state)[1]


WAYS = [unlike_its_sisters, comes_and_goes, measured_otherwise_and_louder, falls_by_a_unit, falls_silent]


@pytest.mark.parametrize("way", WAYS)
def test_it_is_offered_where_only_the_past_says_otherwise(grown, way):
    assert offers(way(fold.load_state(grown), None))


@pytest.mark.parametrize("way", WAYS)
def test_it_is_not_while_a_fault_is_named(grown, way):
    outputs = way(fold.load_state(grown), NAMED)
    assert not offers(outputs)
    assert kind(outputs, object), "something is said all the same"


@pytest.mark.parametrize("way", WAYS)
def test_nor_after_somebody_has_confirmed_one(grown, way, monkeypatch):
    """And the alert that it was about is over."""
    loud = [block(i, factor=3.0 if i < LEARNED + 20 else 1.0) for i in range(LEARNED, LEARNED + 60)]
    state, _ = run([*loud, finding(LEARNED + 60)], fold.load_state(grown))
    monkeypatch.setattr(sys.modules[__name__], "LEARNED", LEARNED + 60)
    assert not state.channels["indicators/drive-end"].level
    assert state.known.plain_until_us > state.time_us
    assert not offers(way(state, None))


def test_nor_while_a_change_grows_for_certain(grown):
    """A slow one that comes and goes with the shift, and grows by and by."""
    state, outputs = run(
        [block(i, factor=1.8 * 1.0006 ** (i - LEARNED)) for i in range(LEARNED, LEARNED + 500)],
        fold.load_state(grown),
    )
    assert state.channels["indicators/drive-end"].growth.certain
    _, outputs = run([sisters(state, LEARNED + 500)], state)
    assert [alert.rule for alert in alerts(outputs)] == ["sisters"]
    assert not offers(outputs)


SEGMENT = st.tuples(
    st.integers(5, 45),
    st.sampled_from([1.0, 1.0, 2.0, 2.0, 3.0, 9.0, 1 / 9.80665, 0.2]),
    st.sampled_from([None, None, NAMED]),
    st.sampled_from([{}, {}, {}, OTHERWISE]),
    st.sampled_from(["", "", "", "finding", "sisters", "silent"]),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(SEGMENT, min_size=1, max_size=14), st.booleans())
def test_whatever_comes_nothing_offers_it_while_something_speaks_of_a_fault(grown, course, zones):
    state = fold.load_state(grown)
    if zones:
        described = msgspec.structs.replace(state.configuration.machine, power_kw=90.0, mounting="rigid")
        changed = msgspec.structs.replace(state.configuration, machine=described)
        state, _ = run(
            [pump().__class__(machine="pump", observed_us=state.observed_us, configuration=changed)], state
        )
    number, spoke = LEARNED, False
    for count, factor, seen, way, act in course:
        observations = (
            [finding(number)] if act == "finding" else [sisters(state, number)] if act == "sisters" else []
        )
        for i in range(number, number + count):
            observations += [] if act == "silent" else [block(i, factor=factor, diagnosis=seen, **way)]
            observations.append(warm(i))
        number += count
        for observation in observations:
            state, output = fold.step(state, observation)
            speaks = speaks_of_fault(state, [output])
            assert not (spoke and speaks and offers([output])), offers([output])
            spoke = speaks
