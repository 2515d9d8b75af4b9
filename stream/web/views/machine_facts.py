"""Facts about each machine of a snapshot, and which machine needs someone first."""

import itertools
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from models.machinery.machine import Machine
from models.outputs import Alert, Health, Priority, Status
from stream.stores.store import HealthAt
from stream.web.views.past_view import is_late_news
from stream.web.views.snapshot import Series, Snapshot

__all__ = [
    "MachineFacts",
    "attention_order",
    "facts_of_machines",
    "is_about_sensor",
    "is_old",
    "needs_someone",
    "usual_interval",
]

_QUIET_RANK = 9
_RANKS: dict[Status, int] = {
    "critical": 0,
    "warning": 1,
    "watch": 2,
    "sensor_fault": 3,
    "not_judged": 3,
    "no_data": 5,
    "stopped": _QUIET_RANK,
    "warming_up": _QUIET_RANK,
    "healthy": _QUIET_RANK,
}
"""Every status has its place: one that nobody thought of must not look as good news."""
_LOST_A_SENSOR = 4
"""Of a machine that can still be judged by its other sensors."""
_BY_PRIORITY: dict[Priority, int] = {"high": 0, "medium": 1, "low": 2}
_OLD_AFTER = timedelta(minutes=2)
_INTERVAL_UNKNOWN = timedelta(minutes=30)


class MachineFacts(msgspec.Struct, frozen=True, kw_only=True):
    """All that is known about one machine that has reported at least once."""

    machine: Machine
    healths: tuple[Health, ...]
    """Newest of each point, the newest of all first."""
    alerts: tuple[Alert, ...] = ()
    """Open ones, and those of the last day that were told late, as past; the most urgent first."""
    history: tuple[HealthAt, ...] = ()
    series: tuple[Series, ...] = ()

    @property
    def newest(self) -> Health:
        """The machine's health as it was judged last."""
        return self.healths[0]

    @property
    def faulty(self) -> tuple[Health, ...]:
        """Points whose sensor can't be trusted."""
        return tuple(health for health in self.healths if not health.quality.ok)

    @property
    def is_silent(self) -> bool:
        """Whether the last word on it is that nothing comes, whatever status its alerts gave it before."""
        newest = self.newest
        return not newest.point and (newest.status == "no_data" or newest.guard == "silent")

    @property
    def _own_status(self) -> Status:
        """The status as it was judged last; of one that has fallen silent that of an alert which still stands."""
        answered = all(is_about_sensor(alert) or alert.rule == "no_data" for alert in self.alerts)
        return "no_data" if self.is_silent and answered else self.newest.status

    @property
    def status(self) -> Status:
        """What to show the machine as: one that is sound but has lost a sensor needs someone for the sensor."""
        status = self._own_status
        of_sensors = status == "watch" and bool(self.alerts) and all(map(is_about_sensor, self.alerts))
        return "sensor_fault" if self.faulty and (of_sensors or _RANKS[status] == _QUIET_RANK) else status

    @property
    def rank(self) -> int:
        """Place in the order of attention: 0 first."""
        ranks = [_RANKS[self._own_status]]
        for alert in self.alerts:
            if is_about_sensor(alert):
                ranks.append(_LOST_A_SENSOR)
            elif alert.rule == "no_data":
                ranks.append(_RANKS["no_data"])
            else:
                ranks.append(_BY_PRIORITY[alert.priority])
        if self.faulty:
            ranks.append(_LOST_A_SENSOR)
        return min(ranks)


def is_about_sensor(alert: Alert) -> bool:
    """Whether an alert is about a sensor and not about the machine."""
    return alert.rule.startswith("sensor")


def needs_someone(facts: MachineFacts) -> bool:
    """Whether a machine is more than good news."""
    return facts.rank < _QUIET_RANK


def attention_order(facts: Collection[MachineFacts]) -> list[MachineFacts]:
    """Put the machine that needs someone first: by what is the matter, then by the lowest health, then by name."""

    def key(each: MachineFacts) -> tuple[int, float, str]:
        score = each.newest.score
        return each.rank, 101.0 if score is None else score, each.machine.id

    return sorted(facts, key=key)


def facts_of_machines(snapshot: Snapshot, machines: Mapping[str, Machine]) -> list[MachineFacts]:
    """Bring together what the snapshot and the descriptions say; a machine nobody described is known by its id."""
    healths: dict[str, list[Health]] = {}
    for health in snapshot.healths:
        healths.setdefault(health.machine, []).append(health)
    alerts: dict[str, list[Alert]] = {}
    for alert in snapshot.alerts:
        if alert.state == "active" or is_late_news(alert, snapshot.read_at):
            alerts.setdefault(alert.machine, []).append(alert)
    return [
        MachineFacts(
            machine=machines.get(name) or Machine(id=name),
            healths=tuple(sorted(found, key=lambda health: health.time, reverse=True)),
            alerts=_urgency_order(alerts.get(name, ())),
            history=snapshot.histories.get(name, ()),
            series=snapshot.series.get(name, ()),
        )
        for name, found in healths.items()
    ]


def usual_interval(facts: Collection[MachineFacts]) -> timedelta:
    """Give what usually passes between two data of one machine; half an hour where nothing is known."""
    intervals = sorted(_interval(each.history) for each in facts if len(each.history) > 1)
    return intervals[len(intervals) // 2] if intervals else _INTERVAL_UNKNOWN


def is_old(facts: MachineFacts, now: datetime, *, usual: timedelta) -> bool:
    """Whether a machine's data are older than twice its own interval, or the `usual` one where it isn't known."""
    interval = _interval(facts.history) if len(facts.history) > 1 else usual
    return now - facts.newest.time > max(2 * interval, _OLD_AFTER)


def _interval(history: Sequence[HealthAt]) -> timedelta:
    """Give the long steps of a history: its points may report close together and then not for a while."""
    steps = sorted(later.time - earlier.time for earlier, later in itertools.pairwise(history))
    return steps[int(0.9 * (len(steps) - 1))]


def _urgency_order(alerts: Collection[Alert]) -> tuple[Alert, ...]:
    """Put the most urgent alert first, of those the one that is open longest."""
    return tuple(sorted(alerts, key=lambda alert: (_BY_PRIORITY[alert.priority], alert.since, alert.id)))
