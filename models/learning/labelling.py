"""Labelling of alerts by a finding: each becomes a lesson for the whole fleet."""

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


def lessons_of(state: MachineState, finding: FindingObserved) -> tuple[Lesson, ...]:
    """Label what the finding is about, and give a lesson for each alert that it says something new of."""
    newest_us = finding.time_us if state.time_us is None else min(finding.time_us, state.time_us)
    return tuple(
        _lesson(state, alert, finding, newest_us)
        for alert in _meant(state, finding, newest_us)
        if alert.verdict != finding.verdict
    )


def _meant(state: MachineState, finding: FindingObserved, newest_us: int) -> Iterator[AlertRecord]:
    """Give the alert that is named, else all of the point or machine since then that nobody has labelled.

    A fault may have announced itself before anybody says that it began, so a confirmed one reaches back further.
    """
    since_us = newest_us - HORIZON_US
    if finding.since_us is not None:
        since_us = max(finding.since_us - (HORIZON_US if finding.verdict == "confirmed" else 0), since_us)
    for alert in state.known.alerts:
        if finding.alert:
            if alert.id == finding.alert:
                yield alert
        elif finding.point in ("", alert.point) and since_us <= alert.since_us <= newest_us and not alert.verdict:
            yield alert


def _lesson(state: MachineState, alert: AlertRecord, finding: FindingObserved, newest_us: int) -> Lesson:
    history = state.known
    before, alert.verdict = alert.verdict, finding.verdict
    for verdict, change in ((before, -1), (finding.verdict, 1)):
        if verdict == "confirmed":
            history.confirmed += change
        elif verdict == "false_alarm":
            history.false_alarms += change
    if alert.doubted:
        history.update_doubts(
            fault=finding.verdict == "confirmed", before=before == "confirmed" if before else None
        )
    if finding.verdict == "confirmed" and alert.since_us > history.mended_us:
        history.plain_until_us = newest_us + HORIZON_US
    return Lesson(
        id=f"{alert.id}-{finding.digest}",
        machine=state.machine,
        kind=state.configuration.machine.kind,
        time=to_datetime(finding.time_us),
        alert=alert.id,
        rule=alert.rule,
        priority=_PRIORITIES[alert.level],
        confirmed=finding.verdict == "confirmed",
        corrects=bool(before),
        lead_h=max(newest_us - alert.since_us, 0) / HOUR_US,
        signs=alert.features,
        lowered=alert.lowered,
    )
