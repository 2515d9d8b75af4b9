"""The fleet through the real fold, and its crew, who look at alerts and say what they have found.

Of everything there are two: machines that are told the findings, and machines that aren't. Both measure the same to
the last bit, because faults grow and are repaired when they are, whatever anybody says.

The crew looks at an alert of medium or high priority after twelve hours, and once a week at those of low priority
that are open: it finds the fault if there is one, and else calls it a false alarm. It is never wrong or idle.
"""

from collections.abc import Iterator
from heapq import merge

import msgspec
import numpy as np

from evaluation.fleet.course import INTERVAL_US, Episode, Machine, cause_of, episodes, observations
from evaluation.fleet.library import configuration_of
from models.advice.alarm_processing import TEMPERATURE_RULE
from models.clock import DAY_US, HOUR_US, from_datetime
from models.condition.state import MachineState
from models.fold import initial_state, step
from models.learning.experience import Experience, classifier_of, learn_one
from models.observations import Configured, Experienced, FindingObserved, MaintenanceObserved, Observation
from models.outputs import Alert, Lesson

__all__ = ["Fleet", "Raised", "run"]

_LOOKS_AFTER_US = 12 * HOUR_US
_WEEK_US = 7 * DAY_US
_SEEN_FROM = 0.02
"""Size from which a fault is found by somebody who looks for it."""


class Raised(msgspec.Struct):
    """An alert of medium or high priority as it was first shown, with the truth."""

    machine: str
    time_us: int
    rule: str
    true: bool
    """Whether a fault raised it: one that a crew could find, and that showed then."""
    there: bool
    """Whether there was such a fault, if only hidden behind a disturbance that raised it."""
    findings: int
    """How many had been told to the fleet by then."""


class Fleet(msgspec.Struct):
    """One of the two fleets, with all that it has raised."""

    told: bool
    states: dict[str, MachineState] = {}
    experience: Experience = msgspec.field(default_factory=Experience)
    findings: int = 0
    raised: list[Raised] = []
    caught: dict[tuple[str, int], int] = {}
    """When a fault, by machine and onset, was first alerted of with medium priority or more."""
    shown: set[str] = set()
    """Alerts counted already."""
    visits: list[tuple[int, str, str]] = []
    """When somebody will look at which machine for which alert."""
    low: dict[str, str] = {}
    """Open alerts of low priority, and their machines."""


def run(
    machines: list[Machine], fleets: tuple[Fleet, ...], *, seed: int, days: float, start_us: int
) -> Iterator[tuple[int, dict[str, list[Episode]]]]:
    """Let months go by; yields the time after each step, and what befalls the machines."""
    befalls: dict[str, list[Episode]] = {}
    measured: dict[str, Iterator[Observation]] = {}
    for number, machine in enumerate(machines):
        generator = np.random.default_rng((seed, number))
        befalls[machine.id] = found = episodes(machine, start_us=start_us, days=days, generator=generator)
        seen = observations(machine, found, start_us=start_us, days=days, generator=generator)
        measured[machine.id] = merge(seen, _repairs(machine.id, found), key=lambda each: each.observed_us)
        known = Configured(machine=machine.id, observed_us=start_us, configuration=configuration_of(machine.make))
        for fleet in fleets:
            fleet.states[machine.id], _ = step(initial_state(machine.id), known)
    last_us = start_us
    for observation in merge(*measured.values(), key=lambda each: each.observed_us):
        if observation.observed_us > last_us:
            for fleet in fleets:
                _look(fleet, befalls, last_us, weekly=(last_us - start_us) % _WEEK_US == 0)
            yield last_us, befalls
            last_us = observation.observed_us
        for fleet in fleets:
            _take(fleet, observation.machine, observation, befalls[observation.machine])


def _repairs(name: str, found: list[Episode]) -> Iterator[Observation]:
    """Yield the maintenance at the end of each fault."""
    for episode in found:
        if episode.is_fault:
            us = episode.ends_us - episode.ends_us % INTERVAL_US
            yield MaintenanceObserved(machine=name, observed_us=us, time_us=us, digest=f"{us:x}", done="repaired")


def _take(fleet: Fleet, name: str, observation: Observation, befalls: list[Episode]) -> None:
    fleet.states[name], outputs = step(fleet.states[name], observation)
    for output in outputs:
        if isinstance(output, Alert):
            _note(fleet, output, befalls)
        elif isinstance(output, Lesson) and learn_one(fleet.experience, output):
            judgement = classifier_of(fleet.experience)
            for other, state in fleet.states.items():
                taught = Experienced(machine=other, observed_us=observation.observed_us, judgement=judgement)
                fleet.states[other], _ = step(state, taught)


def _note(fleet: Fleet, alert: Alert, befalls: list[Episode]) -> None:
    fleet.low.pop(alert.id, None)
    if alert.state != "active":
        return
    if alert.priority == "low":
        fleet.low[alert.id] = alert.machine
        return
    time_us = from_datetime(alert.time)
    fault = _fault(befalls, time_us, _SEEN_FROM)
    true = fault is not None and cause_of(befalls, time_us, hot=alert.rule == TEMPERATURE_RULE) is fault
    if fault is not None and true:
        fleet.caught.setdefault((alert.machine, fault.begins_us), time_us)
    if alert.id not in fleet.shown:
        fleet.shown.add(alert.id)
        there = fault is not None
        fleet.raised.append(Raised(alert.machine, time_us, alert.rule, true, there, fleet.findings))
        fleet.visits.append((time_us + _LOOKS_AFTER_US, alert.machine, alert.id))


def _look(fleet: Fleet, befalls: dict[str, list[Episode]], time_us: int, *, weekly: bool) -> None:
    due = [visit for visit in fleet.visits if visit[0] <= time_us]
    fleet.visits = [visit for visit in fleet.visits if visit[0] > time_us]
    if weekly:
        due += [(time_us, name, alert) for alert, name in fleet.low.items()]
        fleet.low.clear()
    for _, name, alert in due if fleet.told else ():
        raised_us = time_us - _LOOKS_AFTER_US
        fault = _fault(befalls[name], time_us, _SEEN_FROM) or _fault(befalls[name], raised_us, _SEEN_FROM)
        fleet.findings += 1
        finding = FindingObserved(
            machine=name,
            observed_us=time_us,
            time_us=time_us,
            digest=f"{alert}{time_us}",
            verdict="confirmed" if fault else "false_alarm",
            since_us=fault.begins_us if fault else None,
            alert=alert,
        )
        _take(fleet, name, finding, befalls[name])


def _fault(befalls: list[Episode], time_us: int, least: float) -> Episode | None:
    return next((e for e in befalls if e.is_fault and e.size_at(time_us) > least), None)
