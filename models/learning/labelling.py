"""A finding labels alerts: each becomes a lesson for the whole fleet."""

from collections.abc import Iterator

from models.alarms.alert_history import AlertRecord
from models.clock import HOUR_US, to_datetime
from models.condition.state import MachineState
from models.observations import FindingObserved
from models.outputs import Lesson, Priority

__all__ = ["HORIZON_US", "lessons_of"]

HORIZON_US = 30 * 24 * HOUR_US
"""An alert was right if a fault was found within so long after it; and so far back a finding reaches."""

_PRIORITIES: tuple[Priority, ...] = ("low", "low", "medium", "high")


def lessons_of(state: MachineState, said: FindingObserved) -> tuple[Lesson, ...]:
    """Label what the finding is about, and give a lesson for each alert that it says something new of."""
    newest_us = said.time_us if state.time_us is None else min(said.time_us, state.time_us)
    return tuple(
        _lesson(state, alert, said, newest_us)
        for alert in _meant(state, said, newest_us)
        if alert.verdict != said.verdict
    )


def _meant(state: MachineState, said: FindingObserved, newest_us: int) -> Iterator[AlertRecord]:
    """Give the alert that is named, else all of the point or machine since then that nobody has labelled.

    A fault may have announced itself before anybody says that it began, so a confirmed one reaches back further.
    """
    since_us = newest_us - HORIZON_US
    if said.since_us is not None:
        since_us = max(said.since_us - (HORIZON_US if said.verdict == "confirmed" else 0), since_us)
    for alert in state.known.alerts:
        if said.alert:
            if alert.id == said.alert:
                yield alert
        elif said.point in ("", alert.point) and since_us <= alert.since_us <= newest_us and not alert.verdict:
            yield alert


def _lesson(state: MachineState, alert: AlertRecord, said: FindingObserved, newest_us: int) -> Lesson:
    known = state.known
    before, alert.verdict = alert.verdict, said.verdict
    for verdict, change in ((before, -1), (said.verdict, 1)):
        if verdict == "confirmed":
            known.confirmed += change
        elif verdict == "false_alarm":
            known.false_alarms += change
    if alert.doubted:
        known.doubt(fault=said.verdict == "confirmed", before=before == "confirmed" if before else None)
    if said.verdict == "confirmed" and alert.since_us > known.mended_us:
        known.plain_until_us = newest_us + HORIZON_US
    return Lesson(
        id=f"{alert.id}-{said.digest}",
        machine=state.machine,
        kind=state.configuration.machine.kind,
        time=to_datetime(said.time_us),
        alert=alert.id,
        rule=alert.rule,
        priority=_PRIORITIES[alert.level],
        confirmed=said.verdict == "confirmed",
        corrects=bool(before),
        lead_h=max(newest_us - alert.since_us, 0) / HOUR_US,
        signs=alert.signs,
        lowered=alert.lowered,
    )
