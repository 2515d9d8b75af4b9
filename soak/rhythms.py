"""Weeks of machines that sleep, by calendar and by accepted rhythm, with real deaths among them.

python -m soak.rhythms [--histories 4] [--seed 0] [--ticks due|minute] [--write docs]

A history is ten weeks of one machine that sends every two minutes while it works. From the fifth week on it dies
three times: at work, close to its stop, or in the night. A death at work must be told within half an hour; one in
or close to a planned silence a tenth of that silence after the expected return, an hour at most (and a quarter of
an hour for what a learned rhythm may be off). No planned silence may raise an alert once it is planned. Rhythms are
accepted as soon as they are proposed.
"""

import argparse
import random
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import msgspec

from evaluation.tables import Table
from models.advice.no_data import silence_due_us
from models.clock import DAY_US, HOUR_US, MINUTE_US
from models.fold import MachineState, initial_state, step
from models.machinery.machine import Configuration, Machine
from models.machinery.quiet_text import parse_works
from models.machinery.quiet_times import NOTHING_QUIET, Calendar, QuietTimes
from models.observations import AcceptObserved, Configured, Observation, Tick
from models.outputs import Alert, Output
from soak.sleepers import DEATHS_FROM_WEEK, KINDS, Absence, Kind, course
from stream.config.time_zones import zone_named

__all__ = ["Told", "fold_history", "main", "table"]

_ZONES = ("Europe/Berlin", "America/New_York", "Asia/Shanghai", "UTC")
_LEARNED_SLACK_US = 15 * MINUTE_US
_AT_WORK_US = 30 * MINUTE_US
_RIGHT_MIN = 90


class Told(msgspec.Struct):
    """What became of histories of one kind."""

    kind: str
    plan: str
    histories: int = 0
    silences: int = 0
    """Planned ones, while the plan was in force."""
    alerted: int = 0
    """Of them those that raised no data."""
    deaths: int = 0
    late: int = 0
    """Of them those that were not told in time."""
    right: int = 0
    """Proposals that are what the machine does."""
    wrong: int = 0
    lapsed: int = 0


def fold_history(kind: Kind, plan: str, seed: int, *, by_minute: bool = False) -> Told:
    """Fold one history, and hold what was told against what was."""
    rng = random.Random(f"{kind.name} {plan} {seed}")
    zone = zone_named(_ZONES[seed % len(_ZONES)])
    history = course(kind, rng, zone, has_holidays=plan == "calendar")
    calendar = Calendar(zone)
    if plan == "calendar":
        calendar = Calendar(zone, _truth(kind), history.holidays)
    state = initial_state("M")
    told = Told(kind.name, plan, histories=1)
    raised: list[int] = []
    configuration = Configuration(machine=Machine(id="M"), calendar=calendar)
    inputs = _with_ticks(
        state,
        [Configured(machine="M", observed_us=0, configuration=configuration), *history.measured],
        by_minute=by_minute,
    )
    planned_from_us = 0 if plan == "calendar" else None
    for observation in inputs:
        for output in step(state, observation)[1]:
            if not isinstance(output, Alert):
                continue
            if output.rule == "no_data" and output.state == "active":
                raised.append(observation.observed_us)
            accepted = _accept(state, output, observation, told, kind, history.moved_us)
            if accepted is not None:
                planned_from_us = min(planned_from_us or observation.observed_us, observation.observed_us)
                step(state, accepted)
    if planned_from_us is not None:
        for absence in history.absences:
            if absence.begin_us > planned_from_us:
                _count(told, absence, raised, kind, plan)
    return told


def _truth(kind: Kind) -> QuietTimes:
    if kind.wakes_every_min:
        return QuietTimes(longest_min=kind.wakes_every_min)
    return parse_works(kind.works) if kind.works else NOTHING_QUIET


def _with_ticks(state: MachineState, inputs: list[Observation], *, by_minute: bool) -> Iterator[Observation]:
    """Give the observations with ticks between them: when the state asks for one, or each silent minute."""
    for earlier, later in pairwise(inputs):
        yield earlier
        minute_us = earlier.observed_us + MINUTE_US
        while by_minute and minute_us < min(later.observed_us, earlier.observed_us + 9 * DAY_US):
            yield Tick(machine="M", observed_us=minute_us)
            minute_us += MINUTE_US
        while not by_minute and (due_us := silence_due_us(state)) is not None and due_us < later.observed_us:
            yield Tick(machine="M", observed_us=max(due_us, state.observed_us))
            after_us = silence_due_us(state)
            assert after_us is None or after_us > max(due_us, state.observed_us), "a tick leaves a later one"


def _accept(
    state: MachineState, alert: Output, observation: Observation, told: Told, kind: Kind, moved_us: int
) -> AcceptObserved | None:
    """Accept what an alert proposes; count whether it is what the machine does."""
    if not isinstance(alert, Alert) or alert.rule != "rhythm" or alert.state != "active" or state.rhythm is None:
        return None
    proposed, now_us = state.rhythm.proposed, observation.observed_us
    if proposed is None:
        told.lapsed += 1
        return None
    if _is_right(proposed, kind) or (moved_us and now_us > moved_us and _is_right(_earlier(proposed), kind)):
        told.right += 1
    else:
        told.wrong += 1
    return AcceptObserved(
        machine="M", observed_us=now_us, time_us=now_us, digest=str(now_us), by="soak", quiet=proposed
    )


def _earlier(quiet: QuietTimes) -> QuietTimes:
    """Give a plan as it was before its machine moved by an hour."""
    return msgspec.structs.replace(quiet, weekly=tuple((begin - 60, end - 60) for begin, end in quiet.weekly))


def _is_right(proposed: QuietTimes, kind: Kind) -> bool:
    truth = _truth(kind)
    if kind.wakes_every_min:
        return abs(proposed.longest_min - truth.longest_min) <= 20
    return len(truth.weekly) > 0 and len(proposed.minutes ^ truth.minutes) <= _RIGHT_MIN * len(truth.weekly)


def _count(told: Told, absence: Absence, raised: list[int], kind: Kind, plan: str) -> None:
    first_us = next((each for each in raised if absence.begin_us <= each), None)
    if not absence.is_death:
        told.silences += 1
        told.alerted += first_us is not None and first_us < absence.end_us
        return
    told.deaths += 1
    slack_us = (_LEARNED_SLACK_US if plan == "accepted" else 0) + MINUTE_US
    silence_us = absence.expected_us - absence.quiet_from_us
    if absence.quiet_from_us - absence.begin_us > HOUR_US:
        due_us = absence.begin_us + _AT_WORK_US + kind.uploads_every_min * 3 * MINUTE_US
    else:
        due_us = absence.expected_us + min(silence_us // 10, HOUR_US) + slack_us
    told.late += first_us is None or first_us > due_us


def table(results: list[Told], seed: int) -> str:
    """Put results in a table, those of one kind and plan in a row."""
    rows: dict[tuple[str, str], Told] = {}
    for each in results:
        row = rows.setdefault((each.kind, each.plan), Told(each.kind, each.plan))
        for field in ("histories", "silences", "alerted", "deaths", "late", "right", "wrong", "lapsed"):
            setattr(row, field, getattr(row, field) + getattr(each, field))
    said = tuple(
        (
            f"{row.kind}, {row.plan}",
            str(10 * row.histories),
            f"{row.deaths - row.late} of {row.deaths}",
            f"{row.silences - row.alerted} of {row.silences}",
            str(row.right),
            str(row.wrong),
            str(row.lapsed),
        )
        for row in rows.values()
    )
    columns = ("machine, plan", "weeks", "deaths told", "silences without alert", "proposed", "wrongly", "lapsed")
    note = (
        f"Deaths come from week {DEATHS_FROM_WEEK} on; seed {seed}. Told: at work within half an hour, "
        "else a tenth of the silence after the expected return, an hour at most. Silences: planned ones, once "
        "the plan was in force. Proposed: rhythms that are what the machine does. Lapsed: accepted ones that "
        "were told to hold no longer."
    )
    return Table("Planned silence", columns, said, note).markdown()


def main() -> None:
    """Fold all histories and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--histories", type=int, default=4, help="of each kind of machine and plan")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--ticks", choices=("due", "minute"), default="due")
    parser.add_argument("--write", type=Path, help="a folder for the page soak-rhythms.md")
    options = parser.parse_args()
    results = [
        fold_history(kind, plan, options.seed + number, by_minute=options.ticks == "minute")
        for kind in KINDS
        for plan in ("calendar", "accepted")
        if plan == "accepted" or not (kind.moves or kind.outages_a_day)
        for number in range(options.histories)
    ]
    said = table(results, options.seed)
    print(said)
    if options.write:
        text = f"# Machines that sleep\n\nMade by `python -m soak.rhythms --write docs`.\n\n{said}\n"
        (options.write / "soak-rhythms.md").write_text(text, "utf-8")


if __name__ == "__main__":
    main()
