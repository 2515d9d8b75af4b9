"""The track record of each rule: how its alerts have turned out, from what people found."""

from collections.abc import Iterable

import msgspec

from models.learning.experience import Tally
from models.outputs import Action, Alert

__all__ = ["TrackRecord", "track_records"]

_NO_JUDGEMENT = ("sensor_fault", "no_data", "contradiction", "remeasured", "rhythm")
"""Not about a machine's condition: findings say nothing of them."""
_HOUR_S = 3600.0


class TrackRecord(msgspec.Struct, frozen=True, kw_only=True):
    """How many alerts one rule has raised, and what became of those that somebody has looked at."""

    rule: str
    alerts: int
    tally: Tally


def track_records(alerts: Iterable[Alert], actions: Iterable[Action]) -> tuple[TrackRecord, ...]:
    """Give the record of each rule that has raised any of these alerts, the one with most of them first.

    The newest finding that names an alert is what counts for it; findings of other alerts say nothing here.
    """
    findings: dict[tuple[str, str], Action] = {}
    for action in actions:
        for named in action.alerts if action.kind == "finding" else ():
            newest = findings.get((action.machine, named))
            if newest is None or newest.time < action.time:
                findings[action.machine, named] = action
    by_rule: dict[str, list[Alert]] = {}
    for alert in alerts:
        if alert.rule not in _NO_JUDGEMENT:
            by_rule.setdefault(alert.rule, []).append(alert)
    records = [
        TrackRecord(
            rule=rule,
            alerts=len(raised),
            tally=_tally([(each, findings.get((each.machine, each.id))) for each in raised]),
        )
        for rule, raised in by_rule.items()
    ]
    return tuple(sorted(records, key=lambda record: (-record.alerts, record.rule)))


def _tally(raised: list[tuple[Alert, Action | None]]) -> Tally:
    labelled = [(alert, finding) for alert, finding in raised if finding is not None]
    right = [(alert, finding) for alert, finding in labelled if finding.verdict == "confirmed"]
    return Tally(
        confirmed=len(right),
        false_alarms=len(labelled) - len(right),
        leads_h=[max((finding.time - alert.since).total_seconds(), 0.0) / _HOUR_S for alert, finding in right],
    )
