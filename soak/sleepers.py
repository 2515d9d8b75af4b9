"""Machines that sleep, drawn: when they work, how exactly, what they do otherwise, and when they die."""

import random
from collections.abc import Iterator

import msgspec
import numpy as np

from models.clock import DAY_US, HOUR_US, MINUTE_US, SECOND_US
from models.machinery.quiet_text import parse_works
from models.machinery.quiet_times import Calendar, window_at
from models.machinery.time_zone import Zone, utc_us
from models.observations import Observation, TemperatureObserved

__all__ = ["DEATHS_FROM_WEEK", "KINDS", "Absence", "Course", "Kind", "course"]

DEATHS_FROM_WEEK = 5
_WEEKS = 10
_STEP_US = 2 * MINUTE_US
_DEATHS = 3
_BEGIN_DAYS = (20_699, 20_518)
"""2026-09-03 and 2026-03-06: the clocks of Berlin and New York change within ten weeks."""
_MOVES_IN_WEEK = 6


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """One sort of machine."""

    name: str
    works: tuple[str, ...] = ()
    jitter_min: int = 10
    overtime: float = 0.1
    """Part of the stops that come one to three hours late."""
    uploads_every_min: int = 0
    wakes_every_min: int = 0
    moves: bool = False
    """Whether it works an hour later from the sixth week on."""
    outages_a_day: float = 0.0
    """At any time, of half an hour to eight hours: no rhythm."""


KINDS = (
    Kind(name="nights", works=("Mon-Fri 06:00-18:00",)),
    Kind(name="every night", works=("06:00-18:00",)),
    Kind(name="two shifts", works=("Mon-Fri 06:00-22:00",)),
    Kind(name="one shift", works=("Mon-Fri 06:00-14:00", "Sat 06:00-12:00")),
    Kind(name="lunch", works=("Mon-Fri 07:00-12:00", "Mon-Fri 12:45-17:00"), jitter_min=3, overtime=0.0),
    Kind(name="night shift", works=("Mon-Fri 22:00-06:00",)),
    Kind(name="loose", works=("Mon-Fri 06:00-18:00",), jitter_min=25),
    Kind(name="uploads in bulk", works=("Mon-Fri 06:00-18:00",), uploads_every_min=20),
    Kind(name="moves by an hour", works=("Mon-Fri 06:00-18:00",), moves=True),
    Kind(name="wakes each 4 h", wakes_every_min=240),
    Kind(name="no rhythm", outages_a_day=1.5),
)


class Absence(msgspec.Struct, frozen=True):
    """One time in which nothing came (moments in UTC)."""

    begin_us: int
    end_us: int
    is_death: bool
    quiet_from_us: int
    """When the silence was to begin that its begin is in or before."""
    expected_us: int
    """When data were due, by what the machine does."""


class Course(msgspec.Struct, frozen=True):
    """What one machine did."""

    measured: list[Observation]
    absences: list[Absence]
    holidays: tuple[int, ...]
    moved_us: int
    """Since when it works an hour later; 0: it never does."""


class _Stretch(msgspec.Struct, frozen=True):
    begin_us: int
    end_us: int


def course(kind: Kind, rng: random.Random, zone: Zone, *, has_holidays: bool) -> Course:
    """Draw what a machine of a kind does in ten weeks."""
    first_day = rng.choice(_BEGIN_DAYS) + rng.randrange(7)
    days = rng.sample(range(first_day + 35, first_day + 68), 2) if has_holidays and kind.works else []
    holidays = tuple(sorted(days))
    begin_us = utc_us(zone, first_day * 1440)
    end_us = begin_us + 7 * _WEEKS * DAY_US
    moved_us = utc_us(zone, (first_day + 7 * _MOVES_IN_WEEK) * 1440) if kind.moves else 0
    if kind.wakes_every_min:
        works = list(_waking(kind, rng, begin_us, end_us))
    elif kind.outages_a_day:
        works = list(_at_random(kind, rng, begin_us, end_us))
    else:
        plan = Calendar(zone, parse_works(kind.works), holidays)
        works = list(_working(kind, rng, plan, begin_us, end_us, moved_us))
    works, absences = _with_deaths(kind, rng, works, begin_us + 7 * (DEATHS_FROM_WEEK - 1) * DAY_US)
    return Course(list(_measured(kind, rng, works)), absences, holidays, moved_us)


def _working(
    kind: Kind, rng: random.Random, plan: Calendar, begin_us: int, end_us: int, moved_us: int
) -> Iterator[tuple[_Stretch, _Stretch]]:
    """Give stretches of work as they come, each with the plan's own."""
    at_us = begin_us
    while at_us < end_us:
        quiet = window_at(plan, at_us)
        if quiet is not None:
            at_us = quiet.end_us
            continue
        stop_us = at_us
        while (after := window_at(plan, stop_us)) is None:
            stop_us += 15 * MINUTE_US
        stop_us = after.begin_us
        shift_us = HOUR_US if moved_us and at_us >= moved_us else 0
        planned = _Stretch(at_us + shift_us, stop_us + shift_us)
        from_us, until_us = (
            each + round(rng.uniform(-1, 1) * kind.jitter_min * MINUTE_US)
            for each in (planned.begin_us, planned.end_us)
        )
        late_us = round(rng.uniform(1, 3) * HOUR_US) if rng.random() < kind.overtime else 0
        yield _Stretch(from_us, until_us + late_us), planned
        at_us = after.end_us


def _waking(kind: Kind, rng: random.Random, begin_us: int, end_us: int) -> Iterator[tuple[_Stretch, _Stretch]]:
    at_us = begin_us
    while at_us < end_us:
        awake = _Stretch(at_us, at_us + rng.randint(3, 8) * MINUTE_US)
        yield awake, awake
        at_us += kind.wakes_every_min * MINUTE_US + rng.randint(-3, 3) * MINUTE_US


def _at_random(kind: Kind, rng: random.Random, begin_us: int, end_us: int) -> Iterator[tuple[_Stretch, _Stretch]]:
    at_us = begin_us
    while at_us < end_us:
        until_us = at_us + round(rng.expovariate(kind.outages_a_day) * DAY_US) + HOUR_US
        yield _Stretch(at_us, until_us), _Stretch(at_us, until_us)
        at_us = until_us + round(rng.uniform(0.5, 8) * HOUR_US)


def _with_deaths(
    kind: Kind, rng: random.Random, works: list[tuple[_Stretch, _Stretch]], from_us: int
) -> tuple[list[_Stretch], list[Absence]]:
    """Let a machine die some times: from a moment of its work, or its next beginning, until another beginning."""
    late = [i for i, (work, _) in enumerate(works) if work.begin_us > from_us and i + 6 < len(works)]
    doomed: list[int] = []
    for i in rng.sample(late, len(late)):
        if len(doomed) < _DEATHS and all(
            abs(works[i][0].begin_us - works[j][0].begin_us) > 5 * DAY_US for j in doomed
        ):
            doomed.append(i)
    stretches: list[_Stretch] = []
    absences: list[Absence] = []
    gone_until = -1
    for i, (work, planned) in enumerate(works):
        if i <= gone_until:
            continue
        end_us, back = work.end_us, min(i + 1, len(works) - 1)
        is_death = i in doomed
        if is_death:
            back = min(i + rng.randint(2, 4), len(works) - 1)
            if rng.random() < 0.6:
                end_us = work.begin_us + round(rng.uniform(0.2, 0.99) * (work.end_us - work.begin_us))
        stretches.append(_Stretch(work.begin_us, end_us))
        if back > i:
            expected_us = works[i + 1][1].begin_us + kind.uploads_every_min * MINUTE_US
            quiet_us = planned.end_us
            if kind.wakes_every_min:
                quiet_us, expected_us = end_us, end_us + kind.wakes_every_min * MINUTE_US
            absences.append(Absence(end_us, works[back][0].begin_us, is_death, quiet_us, expected_us))
        gone_until = back - 1
    return stretches, absences


def _measured(kind: Kind, rng: random.Random, works: list[_Stretch]) -> Iterator[Observation]:
    noise = np.random.default_rng(rng.randrange(1 << 30)).normal(60.0, 0.5, 4096)
    number, step_us = 0, 20 * SECOND_US if kind.wakes_every_min else _STEP_US
    for work in works:
        kept: list[int] = []
        sent_us = work.begin_us
        for time_us in range(work.begin_us, max(work.end_us, work.begin_us + 1), step_us):
            kept.append(time_us)
            if kind.uploads_every_min and time_us - sent_us < kind.uploads_every_min * MINUTE_US:
                continue
            for each in kept:
                yield _one(number, each, time_us, float(noise[number % 4096]))
                number += 1
            kept, sent_us = [], time_us


def _one(number: int, time_us: int, observed_us: int, value_c: float) -> TemperatureObserved:
    return TemperatureObserved(
        machine="M",
        point="bearing",
        time_us=time_us,
        observed_us=observed_us,
        arrived_us=observed_us,
        digest=f"{number:016x}",
        indicators={"value_c": value_c},
    )
