"""Histories of one machine in which everything happens together: what it measures, and all that people do to it.

Time goes on from step to step, as it does for a worker: whatever is due in between is told by ticks.
"""

from typing import get_args

import msgspec
from hypothesis import strategies as st

from models import fold
from models.advice.deadlines import next_due_us
from models.clock import MINUTE_US, SECOND_US
from models.machinery.machine import Configuration, Learning, Machine
from models.machinery.quiet_times import NOTHING_QUIET, Calendar, QuietTimes
from models.machinery.time_zone import Zone
from models.observations import (
    AcceptObserved,
    Configured,
    FindingObserved,
    FindingVerdict,
    MaintenanceObserved,
    RenameObserved,
    RosterChange,
    RosterObserved,
    ShelveObserved,
    Tick,
    UnshelveObserved,
)
from tests.models.fold.observed import START_US, STEP_US, configured, temperature, vibration

__all__ = ["HISTORIES", "followed", "observed_of"]

_POINTS = ("drive-end", "bearing")
_FACTORS = (1.0, 1.0, 1.0, 1.9, 7.0, 0.0)
_PLANS = (
    NOTHING_QUIET,
    QuietTimes(longest_min=90),
    QuietTimes(longest_min=24 * 60),
    QuietTimes(((0, 2000), (3000, 9000))),
    QuietTimes(((0, 7 * 1440),)),
)
_CALENDARS = (
    msgspec.UNSET,
    Calendar(Zone("泵", "CET-1CEST,M3.5.0,M10.5.0/3"), QuietTimes(((0, 9000),))),
    Calendar(quiet=QuietTimes(((1000, 1500), (2600, 3000)))),
)
_LEVELS = st.sampled_from(_FACTORS)
_MEASURE = st.tuples(st.just("measure"), st.integers(1, 40), _LEVELS, st.sampled_from([1, 1, 1, 0, 2]))
_BRIEF = st.tuples(st.just("measure"), st.integers(1, 2), st.just(1.0), st.just(1))
_LATE = st.tuples(st.just("late"), st.integers(1, 12), _LEVELS, st.integers(1, 5000))
_AHEAD = st.tuples(st.just("ahead"), st.integers(1, 3), _LEVELS, st.integers(1, 3 * 360))
_AGAIN = st.tuples(st.just("again"), st.integers(1, 5))
_GAP = st.tuples(
    st.just("gap"), st.sampled_from([1, 5, 20, 61, 90, 95, 4 * 60, 10 * 60, 24 * 60, 3 * 1440, 40 * 1440])
)
_TICKS = st.tuples(st.just("tick"), st.integers(-400, 4000))
_SHELVE = st.tuples(
    st.just("shelve"),
    st.sampled_from(["", *_POINTS]),
    st.sampled_from(["", "", "no_data", "change", "rhythm", "retired", "late", "sensor_fault"]),
    st.sampled_from([-5, 1, 30, 8 * 60, 7 * 1440]),
    st.booleans(),
)
_UNSHELVE = st.tuples(st.just("unshelve"), st.sampled_from(["", *_POINTS]), st.sampled_from(["", "no_data"]))
_ROSTER = st.tuples(st.just("roster"), st.sampled_from(get_args(RosterChange)), st.sampled_from([0, 1, 3 * 1440]))
_ACCEPT = st.tuples(st.just("accept"), st.sampled_from(["", *_POINTS]), st.sampled_from([None, *_PLANS]))
_MAINTENANCE = st.tuples(st.just("maintenance"), st.sampled_from(["", *_POINTS]))
_FINDING = st.tuples(st.just("finding"), st.sampled_from(get_args(FindingVerdict)))
_RENAME = st.tuples(st.just("rename"), st.sampled_from(["P-102", "泵 2"]))
_CONFIGURE = st.tuples(
    st.just("configure"), st.sampled_from(["", "SN 1", "SN 2"]), st.sampled_from(_CALENDARS), st.booleans()
)
_DAYS = st.tuples(st.just("days"), st.integers(2, 9), st.sampled_from([60, 90, 12 * 60, 16 * 60]))
"""So many silences of one length with some measurements between, as of what sleeps by a rhythm."""

HISTORIES = st.lists(
    st.one_of(
        _MEASURE, _MEASURE, _MEASURE, _BRIEF, _GAP, _GAP, _GAP, _LATE, _AHEAD, _AGAIN, _TICKS, _DAYS,
        _SHELVE, _SHELVE, _UNSHELVE, _ROSTER, _ROSTER, _ACCEPT, _MAINTENANCE, _FINDING, _RENAME, _CONFIGURE,
    ),
    min_size=8,
    max_size=30,
)  # fmt: skip


def observed_of(steps, *, grown=True):
    """Give the observations of a history, without the ticks that are due in it."""
    history = _History()
    if grown:
        history.take(("measure", 100, 1.0, 1))
    for step in steps:
        history.take(step)
    return history.found


def followed(observed, *, most_ticks=50):
    """Fold a history with a tick whenever something is due; gives each state's due time, and what was folded."""
    state, folded = fold.initial_state("pump"), []
    for observation in observed:
        for _ in range(most_ticks):
            due_us = next_due_us(state)
            if due_us is None or due_us >= observation.observed_us:
                break
            folded.append(Tick(machine="pump", observed_us=max(due_us, state.observed_us)))
            state, out = fold.step(state, folded[-1])
            yield folded[-1], out, state
        folded.append(observation)
        state, out = fold.step(state, observation)
        yield observation, out, state


class _History:
    def __init__(self):
        self.now_us = START_US
        self.number = 0
        self.found = [configured()]

    def take(self, step):
        self.number += 1
        getattr(self, f"_{step[0]}")(*step[1:])

    def _said(self, kind, **more):
        self.now_us += SECOND_US
        times = {"observed_us": self.now_us, "time_us": self.now_us, "arrived_us": self.now_us}
        digest = f"{kind.__name__} {self.number}"
        self.found.append(kind(**({"machine": "pump", "digest": digest, "by": "王伟"} | times | more)))

    def _measure(self, count, factor, points):
        for _ in range(count):
            self.now_us += STEP_US
            self._one(factor, self.now_us, points)

    def _one(self, factor, time_us, points=1):
        i = len(self.found)
        times = {"time_us": time_us, "observed_us": self.now_us, "arrived_us": self.now_us}
        self.found.append(vibration(i, factor=factor, **times))
        if points == 2:
            self.found.append(temperature(i, 60.0 + 5 * factor, **times))
        if points == 0:  # out of order among points: the second one's clock is behind
            self.found.append(vibration(i, "bearing", factor=factor, **(times | {"time_us": time_us - MINUTE_US})))

    def _late(self, count, factor, steps):
        for each in range(count):
            self._one(factor, self.now_us - (steps + each) * STEP_US - 7)

    def _ahead(self, count, factor, steps):
        for each in range(count):
            self._one(factor, self.now_us + (steps + each) * STEP_US)

    def _again(self, count):
        self.found += [msgspec.structs.replace(o, observed_us=self.now_us) for o in self.found[-count:]]

    def _gap(self, minutes):
        self.now_us += minutes * MINUTE_US

    def _days(self, count, minutes):
        for _ in range(count):
            self._gap(minutes)
            self._measure(3, 1.0, 1)

    def _tick(self, seconds):
        self.found.append(Tick(machine="pump", observed_us=self.now_us + seconds * SECOND_US))
        self.now_us += max(0, seconds) * SECOND_US

    def _shelve(self, point, rule, minutes, one_shot):
        until_us = self.now_us + minutes * MINUTE_US
        self._said(ShelveObserved, point=point, rule=rule, until_us=until_us, one_shot=one_shot)

    def _unshelve(self, point, rule):
        self._said(UnshelveObserved, point=point, rule=rule)

    def _roster(self, do, minutes):
        self._said(RosterObserved, do=do, after_us=minutes * MINUTE_US)

    def _accept(self, point, quiet):
        self._said(AcceptObserved, point="" if quiet else point, quiet=quiet)

    def _maintenance(self, point):
        self._said(MaintenanceObserved, point=point)

    def _finding(self, verdict):
        self._said(FindingObserved, verdict=verdict)

    def _rename(self, alias):
        self._said(RenameObserved, alias=alias)

    def _configure(self, asset, calendar, bare):
        machine = Machine(id="pump", asset=asset, kind="" if bare else "pump")
        learning = Learning(until_us=START_US + 60 * STEP_US)
        configuration = Configuration(machine=machine, learning=learning, calendar=calendar)
        self.found.append(Configured(machine="pump", observed_us=self.now_us, configuration=configuration))
