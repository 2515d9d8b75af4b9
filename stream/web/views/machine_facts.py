"""Facts about one machine of a snapshot: how it stands, and how urgently it needs someone."""

from collections.abc import Collection
from datetime import datetime, timedelta

import msgspec

from models.machinery.machine import Machine
from models.outputs import Alert, Health, Priority, Status
from stream.stores.store import HealthAt
from stream.web.views.snapshot import Series
from stream.web.views.standing import Standing

__all__ = [
    "MachineFacts",
    "facts_of_machine",
    "is_about_sensor",
    "is_old",
    "middle_interval",
    "needs_someone",
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
    def retired(self) -> bool:
        """Whether somebody has said that nobody shall expect it any more."""
        return self.newest.guard == "retired"

    @property
    def quiet_by_plan(self) -> bool:
        """Whether its silence was expected: a plan, not the machine, keeps it from being judged."""
        return self.newest.guard == "planned" and self.newest.status == "not_judged"

    @property
    def standing(self) -> Standing:
        """What a list of machines shows it as."""
        if self.rank == _QUIET_RANK and (self.retired or self.quiet_by_plan):
            return "retired" if self.retired else "planned"
        return self.status

    @property
    def rank(self) -> int:
        """Place in the order of attention: 0 first. One that is retired needs nobody unless an alert says so."""
        ranks = [_QUIET_RANK if self.retired or self.quiet_by_plan else _RANKS[self._own_status]]
        for alert in self.alerts:
            if is_about_sensor(alert):
                ranks.append(_LOST_A_SENSOR)
            elif alert.rule == "no_data":
                ranks.append(_RANKS["no_data"])
            else:
                ranks.append(_BY_PRIORITY[alert.priority])
        if self.faulty and not self.retired:
            ranks.append(_LOST_A_SENSOR)
        return min(ranks)


def is_about_sensor(alert: Alert) -> bool:
    """Whether an alert is about a sensor and not about the machine."""
    return alert.rule.startswith("sensor")


def needs_someone(facts: MachineFacts) -> bool:
    """Whether a machine is more than good news."""
    return facts.rank < _QUIET_RANK


def facts_of_machine(
    machine: Machine,
    healths: Collection[Health],
    alerts: Collection[Alert] = (),
    history: tuple[HealthAt, ...] = (),
    series: tuple[Series, ...] = (),
) -> MachineFacts:
    """Bring together what is known of one machine, of which there is at least one health."""
    return MachineFacts(
        machine=machine,
        healths=tuple(sorted(healths, key=lambda health: health.time, reverse=True)),
        alerts=_urgency_order(alerts),
        history=history,
        series=series,
    )


def middle_interval(intervals: Collection[timedelta]) -> timedelta:
    """Give the middle one of machines' intervals; half an hour where none is known."""
    return sorted(intervals)[len(intervals) // 2] if intervals else _INTERVAL_UNKNOWN


def is_old(newest: datetime, now: datetime, *, interval: timedelta) -> bool:
    """Whether a machine's `newest` data are older than twice the `interval` that usually passes between two."""
    return now - newest > max(2 * interval, _OLD_AFTER)


def _urgency_order(alerts: Collection[Alert]) -> tuple[Alert, ...]:
    """Put the most urgent alert first, of those the one that is open longest."""
    return tuple(sorted(alerts, key=lambda alert: (_BY_PRIORITY[alert.priority], alert.since, alert.id)))
