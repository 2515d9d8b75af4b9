"""The history of a machine's last alerts, so that a finding can tell which of them were right."""

import msgspec

from models.alarms.false_alarm_classifier import LOWER_BELOW, FalseAlarmClassifier
from models.alarms.proportion import wilson_interval

__all__ = ["AlertHistory", "AlertRecord"]

_MAX_ALERTS, _MAX_DOUBTS = 16, 32
_SURE = 0.8416
"""Normal quantile of 80 %: four doubted alerts are enough if all were false; with a true one it takes thirteen. Of
five with two true ones, doubts hold no longer."""


class AlertRecord(msgspec.Struct, array_like=True):
    """The record of one alert of the machine's condition."""

    id: str
    point: str
    rule: str
    since_us: int
    level: int = 0
    """The highest that its symptom has reached: 1 low, 2 medium, 3 high; it may have been rated lower."""
    features: dict[str, float] = {}
    """Those of when it first reached medium; empty before, and where it may not be rated low anyway."""
    medium_us: int = 0
    """When that was (event time)."""
    lowered: bool = False
    """Whether it was rated low then."""
    verdict: str = ""
    """Of the newest finding about it; empty without one."""
    doubted: bool = False
    """Whether the classifier took it for a false alarm then, in force or not."""


class AlertHistory(msgspec.Struct, array_like=True):
    """The last sixteen alerts, and how many of all were confirmed or false."""

    alerts: list[AlertRecord] = []
    confirmed: int = 0
    false_alarms: int = 0
    plain_until_us: int = 0
    """Until then (event time) nothing is rated low here: a fault was confirmed, and nobody has mended it."""
    classifier: FalseAlarmClassifier = FalseAlarmClassifier()
    mended_us: int = 0
    """When somebody last said that it has been worked on (event time)."""
    doubts: list[bool] = []
    """Of the last alerts here that the classifier doubted and somebody has looked at: whether there was a fault."""
    doubts_hold: bool = False
    """Whether doubted alerts of this very machine were false often enough to rate the next one low."""

    def update_doubts(self, *, fault: bool, before: bool | None) -> None:
        """Update the doubts from what came of a doubted alert; `before` is the verdict of an earlier finding.

        What counts is not the share of true ones but a bound that is wrong in one of five cases: the upper one has
        to be small for doubts to hold, and they hold until the lower one is not.
        """
        if before is not None and before in self.doubts:
            self.doubts.remove(before)
        self.doubts = [*self.doubts, fault][-_MAX_DOUBTS:]
        low, high = wilson_interval(sum(self.doubts), len(self.doubts), _SURE)
        self.doubts_hold = high < LOWER_BELOW or (self.doubts_hold and low <= LOWER_BELOW)

    def record_maintenance(self, time_us: int) -> None:
        """Note that the machine has been worked on: what was confirmed before is over."""
        self.mended_us, self.plain_until_us = max(self.mended_us, time_us), 0

    def find(self, id_: str) -> AlertRecord | None:
        """Give the record of an alert; None where there is none."""
        for record in reversed(self.alerts):
            if record.id == id_:
                return record
        return None

    def find_or_add(self, id_: str, point: str, rule: str, since_us: int) -> AlertRecord:
        """Give the record of an alert, begun now where there is none; beyond sixteen the oldest is forgotten."""
        record = self.find(id_)
        if record is not None:
            return record
        self.alerts.append(AlertRecord(id_, point, rule, since_us))
        if len(self.alerts) > _MAX_ALERTS:
            del self.alerts[0]
        return self.alerts[-1]
