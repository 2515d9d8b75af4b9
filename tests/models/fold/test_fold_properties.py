"""What holds for any observations in any order: determinism, restoring, exact sums, bounds, and finite numbers."""

from collections import Counter
from decimal import Decimal
from math import isfinite
from typing import get_args

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models import fold
from models.alarms.false_alarm_classifier import FalseAlarmClassifier
from models.clock import MINUTE_US, SECOND_US
from models.machinery.machine import Configuration, Learning, Machine
from models.machinery.quiet_times import NOTHING_QUIET, Calendar, QuietTimes
from models.machinery.time_zone import Zone
from models.observations import (
    AcceptObserved,
    Configured,
    Experienced,
    FindingObserved,
    FindingVerdict,
    MaintenanceObserved,
    ReadingObserved,
    RenameObserved,
    Source,
    TemperatureObserved,
    Tick,
    VibrationObserved,
)
from models.outputs import Action, Alert, Health, Row, Status, Uptime
from tests.models.fold.observed import START_US, at, configured, run, temperature, vibration

STATUSES = set(get_args(Status))
ANY_FLOAT = st.one_of(st.floats(), st.floats(0, 10), st.just(1.0))
TIMES = st.one_of(st.integers(0, 400 * SECOND_US), st.sampled_from([0, 10**6, 10**7, 6 * 60 * 10**6, 10**13]))
FLAGS = st.lists(st.sampled_from(["short", "clipped", "open", "erratic", "未知"]), max_size=2).map(tuple)
POINTS = st.sampled_from(["drive-end", "前端轴承"])
SOURCES = st.one_of(
    st.none(), st.builds(Source, st.sampled_from(["vibration", "a.jsonl"]), st.just(0), st.integers(0, 50))
)


NO_OPERATION = st.just({})


def measured(kind, names, field, operation=NO_OPERATION):
    values = st.dictionaries(st.sampled_from(names), ANY_FLOAT, max_size=len(names))
    return st.builds(
        lambda point, time_us, lag_us, digest, flags, source, numbers, operated, known: kind(
            machine="泵 1",
            point=point,
            time_us=START_US + time_us,
            observed_us=START_US + time_us + lag_us,
            arrived_us=START_US + time_us + lag_us if known else None,
            digest=digest,
            flags=flags,
            source=source,
            **({"seconds": 1.0, "rate_hz": 1000.0} if kind is VibrationObserved else {}),
            **{field: numbers},
            **operated,
        ),
        POINTS,
        TIMES,
        st.integers(-7 * MINUTE_US, 7 * MINUTE_US),
        st.sampled_from("abcdefgh"),
        FLAGS,
        SOURCES,
        values,
        operation,
        st.booleans(),
    )


OPERATION = st.fixed_dictionaries(
    {
        "speed_rpm": st.sampled_from([None, 0.0, 0.5, 740.0, 1480.0, 1e5]),
        "load_percent": st.sampled_from([None, 0.0, 5.0, 90.0]),
    }
)


def said(kind, **more):
    return st.builds(
        lambda time_us, digest, point, source, rest: kind(
            machine="泵 1",
            observed_us=START_US + time_us,
            time_us=START_US + time_us,
            digest=digest,
            point=point,
            source=source,
            **rest,
        ),
        TIMES,
        st.sampled_from("ijkl"),
        st.sampled_from(["", "drive-end", "nowhere"]),
        SOURCES,
        st.fixed_dictionaries(more),
    )


PEOPLE = st.one_of(
    said(AcceptObserved),
    said(RenameObserved, alias=st.sampled_from(["P-102", "泵 2"])),
    said(
        AcceptObserved,
        quiet=st.sampled_from([NOTHING_QUIET, QuietTimes(((0, 5000),)), QuietTimes(longest_min=10)]),
    ),
    said(MaintenanceObserved, done=st.just("更换轴承")),
    said(
        FindingObserved,
        verdict=st.sampled_from(get_args(FindingVerdict)),
        since_us=st.one_of(st.none(), TIMES.map(lambda us: START_US + us)),
    ),
)
TAUGHT = st.builds(
    lambda lessons, bias: Experienced(
        machine="泵 1", observed_us=START_US, judgement=FalseAlarmClassifier(lessons=lessons, used=True, bias=bias)
    ),
    st.integers(0, 60),
    st.sampled_from([-5.0, 0.0, 5.0]),
)
CONFIGURED = st.builds(
    lambda power_kw, until, limit, asset, calendar: Configured(
        machine="泵 1",
        observed_us=START_US,
        configuration=Configuration(
            machine=Machine(id="泵 1", power_kw=power_kw, mounting="rigid", temperature_limit_c=limit, asset=asset),
            learning=Learning(until_us=until),
            calendar=calendar,
        ),
    ),
    st.sampled_from([None, 90.0]),
    st.sampled_from([None, START_US, START_US + 60 * SECOND_US]),
    st.sampled_from([None, 80.0]),
    st.sampled_from(["", "SN 1", "SN 2"]),
    st.sampled_from([msgspec.UNSET, Calendar(Zone("泵", "CET-1CEST,M3.5.0,M10.5.0/3"), QuietTimes(((0, 9000),)))]),
)
TICKS = st.builds(lambda t: Tick(machine="泵 1", observed_us=START_US + t), TIMES)
OBSERVATIONS = st.lists(
    st.one_of(
        measured(
            VibrationObserved,
            ["rms_g", "velocity_rms_mm_s", "envelope_rms_g", "kurtosis"],
            "indicators",
            OPERATION,
        ),
        measured(TemperatureObserved, ["value_c", "slope_c_per_min"], "indicators"),
        measured(ReadingObserved, ["电流", "flow", "speed_rpm", "load"], "values"),
        CONFIGURED,
        TICKS,
        PEOPLE,
        TAUGHT,
    ),
    max_size=60,
)
"""Anything at all of the right shape; a sound stretch before it (see `grown`) makes it reach the judged paths."""

anything = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def grown():
    """A machine with its learning behind it."""
    sound = [o for i in range(70) for o in (vibration(i, speed_rpm=1480.0), temperature(i, point="drive-end"))]
    start = configured(power_kw=90.0, mounting="rigid")
    return [msgspec.structs.replace(o, machine="泵 1") for o in (start, *sound)]


def encoded(outputs):
    return msgspec.msgpack.encode(outputs)


@pytest.mark.parametrize("before", [[], grown()], ids=["new", "grown"])
@anything
@given(OBSERVATIONS, st.data())
def test_it_continues_bit_for_bit_from_any_cut(before, observations, data):
    everything = [*before, *observations]
    cut = data.draw(st.integers(0, len(everything)))
    whole, outputs = run(everything)
    state, first = run(everything[:cut])
    if state is None:
        return
    state, second = run(everything[cut:], fold.load_state(fold.dump_state(state)))
    assert encoded(first + second) == encoded(outputs)
    assert fold.dump_state(state) == fold.dump_state(whole)


@pytest.mark.parametrize("before", [[], grown()], ids=["new", "grown"])
@anything
@given(OBSERVATIONS)
def test_every_output_is_well_formed(before, observations):
    state, outputs = run([*before, *observations])
    open_alerts, accepted = {}, 0
    places = Counter()
    for observation, out in zip([*before, *observations], outputs, strict=True):
        if isinstance(observation, Configured | Experienced):
            tells_of_assets_alone(observation, out)
        kinds = Counter(type(output) for output in out)
        if isinstance(observation, VibrationObserved | TemperatureObserved | ReadingObserved):
            assert (kinds[Row], kinds[Health]) in {(1, 1), (0, 0)}
            accepted += kinds[Row]
        for output in out:
            assert all(isfinite(number) for number in numbers(msgspec.to_builtins(output)))
            if isinstance(output, Row):
                places[output.measurement, output.point, output.time] += 1
            elif isinstance(output, Health):
                well_formed(output)
            elif isinstance(output, Uptime):
                assert output.running_s + output.stopped_s > 0
                assert min(output.running_s, output.stopped_s, output.unknown_s) >= 0
            elif isinstance(output, Alert):
                follow(output, open_alerts)
        contradict_nothing(out, open_alerts)
    assert set(places.values()) <= {1}
    if state is not None:
        assert state.counts.accepted == accepted
        assert all(isfinite(number) for number in numbers(msgspec.msgpack.decode(fold.dump_state(state))))


def tells_of_assets_alone(observation, out):
    """A configuration says something where another asset stands there, and what a fleet has learned never."""
    assert [type(each) for each in out] in ([], [Action, *[Alert] * (len(out) - 1)])
    if out:
        assert out[0].asset == observation.configuration.machine.asset != out[0].former_asset


def numbers(plain):
    """Every number in nested lists and dicts."""
    if isinstance(plain, dict | list):
        for item in plain.values() if isinstance(plain, dict) else plain:
            yield from numbers(item)
    elif isinstance(plain, int | float):
        yield plain


def well_formed(health: Health):
    assert health.status in STATUSES
    assert (health.score is None) == bool(health.reason) == bool(health.reason_zh)
    if health.score is None:
        assert health.deductions == ()
    else:
        total = sum((Decimal(str(d.points)) for d in health.deductions), Decimal(0))
        assert Decimal(str(health.score)) + total == 100
        assert health.status in {"healthy", "watch", "warning", "critical"}
    if not health.quality.ok:
        assert health.anomaly.anomalous is None


WORST_POINTS = {"healthy": 10, "watch": 30, "warning": 60, "critical": 70}


def contradict_nothing(out, open_alerts):
    """Status, score and open alerts say the same: no status is better than an alert, no score worse than it."""
    of_machine = {
        place: each.priority for place, each in open_alerts.items() if place[1] not in ("clock", "rhythm")
    }
    """An alert of its clock is of the instrument: the machine is judged by the right time, and may be sound. One of
    a rhythm asks people what they plan."""
    lowered = {(point, rule) for (point, rule, _), each in open_alerts.items() if "Rated low" in each.text}
    """By findings: what is shown is low, and takes off what its evidence is."""
    worst = max([["low", "medium", "high"].index(priority) + 1 for priority in of_machine.values()], default=0)
    for health in (output for output in out if isinstance(output, Health)):
        if health.status in WORST_POINTS:
            assert list(WORST_POINTS).index(health.status) >= worst
            for deduction in health.deductions:
                most = WORST_POINTS["warning" if (deduction.point, deduction.code) in lowered else health.status]
                assert deduction.points <= max(most, WORST_POINTS[health.status])
        elif health.status in {"stopped", "warming_up", "not_judged", "no_data"}:
            silence = {"no_data"} if health.status == "no_data" else set()
            assert all(rule in {"sensor_fault", "contradiction"} | silence for _, rule, _ in of_machine)
        assert health.guard is not None or health.status != "not_judged"


def follow(alert: Alert, open_alerts):
    """An alert is raised once, then changes its priority or is cleared, always under the same id."""
    place = (alert.point, alert.rule, alert.id)
    if alert.state == "cleared":
        assert place in open_alerts
        del open_alerts[place]
        return
    before = open_alerts.get(place)
    assert before is None or before.priority != alert.priority or "Rated low" in alert.text
    open_alerts[place] = alert
    assert alert.text
    assert alert.text_zh


@anything
@given(OBSERVATIONS)
def test_the_same_observations_give_the_same_outputs(observations):
    first, second = run(observations), run(observations)
    assert encoded(first[1]) == encoded(second[1])


@anything
@given(OBSERVATIONS)
def test_what_was_folded_twice_counts_once(observations):
    twice = [o for o in observations for _ in range(2)]
    measured_once = [o for o in observations if not isinstance(o, Tick)]
    measured_twice = [o for o in twice if not isinstance(o, Tick)]
    assert encoded([out for out in run(measured_twice)[1] if out]) == encoded(
        [out for out in run(measured_once)[1] if out]
    )


def test_a_gap_of_a_year_and_huge_values_upset_nothing():
    year_us = 365 * 86_400 * SECOND_US
    huge = {"rms_g": 1e300, "velocity_rms_mm_s": 1e300, "envelope_rms_g": 0.0, "kurtosis": -1e300}
    observations = [
        *grown(),
        *(vibration(i, machine="泵 1", indicators=huge) for i in range(70, 110)),
        *(
            vibration(i, machine="泵 1", time_us=at(i) + year_us, observed_us=at(i) + year_us)
            for i in range(110, 400)
        ),
    ]
    _, outputs = run(observations)
    last = next(output for output in outputs[-1] if isinstance(output, Health))
    assert last.status == "healthy"
    assert last.anomaly.anomalous is False
