"""A drawn history folded: the machine's status, and which alerts stood, after each observation and tick."""

from collections.abc import Callable, Iterator
from itertools import pairwise

import msgspec

from models.clock import MINUTE_US
from models.fold import FUTURE, LATE, MachineState, initial_state, step
from models.observations import Configured, Observation, Tick
from models.outputs import Alert, Health, Output
from soak.histories.history import START_US, History, Sent
from soak.histories.measuring import MACHINE, configuration_of
from soak.histories.plan import Away

__all__ = ["NAMED", "SERIOUS", "Fold", "Heard", "Word", "heard", "is_judged", "told_in_order"]

Fold = Callable[[MachineState, Observation], tuple[MachineState, tuple[Output, ...]]]

SERIOUS = ("medium", "high")
NAMED = frozenset({"not_judged", "sensor_fault"})
"""Statuses that say that the machine, or its sensor, can't be believed."""
_NAMED_RULES = frozenset({"sensor_fault", "contradiction", "stuck", "late"})
"""Rules whose alerts, of any priority, say so of one of its points, its speed or its backlog; a clock that is
reckoned with is no reason not to tell."""
_PUT_ASIDE = frozenset({FUTURE, LATE, "crowded"})
"""Notes on what is stored and scored, but moves no alert."""
_AFTER_US = 60 * MINUTE_US
"""How long after the last observation time still passes: for what is closed by a deadline."""
_JUDGED = frozenset({"healthy", "watch", "warning", "critical"})


class Word(msgspec.Struct, frozen=True):
    """What the fold says from a moment on (observed time)."""

    at_us: int
    status: str
    health: Health | None
    """Where this one gave one."""
    raised: tuple[str, ...]
    """Alerts of medium or high priority raised by this one: `rule priority`."""
    standing: tuple[str, ...]
    """Of what stands now, what speaks of a fault or names why nobody can tell; empty: nothing does."""
    low: tuple[str, ...]
    """Other alerts of its condition that stand now."""
    sent: Sent | None
    """The observation; None for a tick."""


class Heard(msgspec.Struct, frozen=True):
    """All words on a history, in order."""

    words: tuple[Word, ...]
    alerts: tuple[Alert, ...]
    """All transitions."""


def told_in_order(history: History) -> Iterator[Sent | Tick]:
    """Give what the fold is given: observations as they come, and the worker's tick for each minute of silence."""
    for one, following in pairwise(history.sent):
        yield one
        yield from _ticks(one, following.observation.observed_us, history.plan.away)
    yield history.sent[-1]
    yield from _ticks(history.sent[-1], history.sent[-1].observation.observed_us + _AFTER_US, None)


def _ticks(after: Sent, until_us: int, away: Away | None) -> Iterator[Tick]:
    """Give a tick for each minute of silence, but none while no worker is there."""
    observed_us = after.observation.observed_us
    minute = -(-(observed_us + MINUTE_US) // MINUTE_US)
    for now_us in range(minute * MINUTE_US, until_us, MINUTE_US):
        if away is None or not away.out_s <= (now_us - START_US) / 1e6 < away.back_s:
            yield Tick(machine=MACHINE, observed_us=now_us)


def heard(history: History, fold: Fold = step) -> Heard:
    """Fold a history."""
    state = initial_state(MACHINE)
    configured = Configured(machine=MACHINE, observed_us=START_US, configuration=configuration_of(history.plan))
    state, _ = fold(state, configured)
    words, alerts, status = list[Word](), list[Alert](), ""
    standing: dict[str, Alert] = {}
    for each in told_in_order(history):
        sent = each if isinstance(each, Sent) else None
        observation = each.observation if isinstance(each, Sent) else each
        state, outputs = fold(state, observation)
        if not outputs and sent is None:
            continue  # a tick that changes nothing
        health, raised = None, list[str]()
        for output in outputs:
            if isinstance(output, Health):
                health, status = output, output.status
            elif isinstance(output, Alert):
                alerts.append(output)
                raised += _moved(standing, output)
        speaking = tuple(sorted(_speaking(status, standing)))
        low = tuple(
            sorted(f"{a.rule} low" for a in standing.values() if a.priority not in SERIOUS and a.rule != "no_data")
        )
        words.append(Word(observation.observed_us, status, health, tuple(raised), speaking, low, sent))
    return Heard(tuple(words), tuple(alerts))


def _moved(standing: dict[str, Alert], alert: Alert) -> Iterator[str]:
    if alert.state == "active":
        before = standing.get(alert.id)
        standing[alert.id] = alert
        if alert.priority in SERIOUS and (before is None or before.priority != alert.priority):
            yield f"{alert.rule} {alert.priority}"
    else:
        standing.pop(alert.id, None)


def _speaking(status: str, standing: dict[str, Alert]) -> Iterator[str]:
    if status in NAMED:
        yield f"status {status}"
    for alert in standing.values():
        if alert.priority in SERIOUS or alert.rule in _NAMED_RULES:
            yield f"{alert.rule} {alert.priority}"


def is_judged(word: Word) -> bool:
    """Whether a word judges that very observation: it is scored against its past, and able to move an alert."""
    health = word.health
    if health is None or health.status not in _JUDGED or health.score is None or health.anomaly is None:
        return False
    return health.anomaly.anomalous is not None and _PUT_ASIDE.isdisjoint(health.quality.flags)
