"""Groups: alerts of many machines that have one cause, as the gateway that brings their data, told as one.

When a gateway dies each of its machines raises an alert of its own, and what people need to know is one line. So
groups are derived after the fold, from alerts alone: the same alerts give the same groups in whatever order they
come, and whoever reads them (the page, a notifier, either one started anew) finds the same. They gather rows and
messages; the alerts themselves stay as they are, each with its machine.

Gathered is what tells of the way of the data: silence, sensors, clocks. What a machine itself shows never is.
"""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from heapq import heapify, heappop, heappush
from typing import Literal

import msgspec

from models.advice.onsets import CAUSES, GroupCause, Onset, clusters_of, onsets_of
from models.clock import MINUTE_US, from_datetime
from models.outputs import Alert

__all__ = ["LINGERS_US", "Group", "Place", "PlaceKind", "Whereabouts", "gather", "is_gathered"]

PlaceKind = Literal["plant", "gateway", "line"]

LINGERS_US = 10 * MINUTE_US
"""So long after the rest returned what is still out stays in the group; then each stands alone."""
_MIN_MEMBERS, _MIN_MEMBERS_OF_MOST = 3, 2
"""Three at once are no chance; two are none where they are most of what is there."""
_MOST = 0.5
_FEW = 0.25
"""Where no more than this part of a group is still out, the rest has returned."""
_ORDER: dict[PlaceKind, int] = {"plant": 0, "gateway": 1, "line": 2}


class Whereabouts(msgspec.Struct, frozen=True):
    """Where a machine's data come from; empty where nobody has said."""

    gateway: str = ""
    line: str = ""


class Place(msgspec.Struct, frozen=True):
    """What the machines of a group have in common; a plant has no name."""

    kind: PlaceKind
    name: str = ""


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """Machines of one place of which alerts of one cause began together."""

    id: str
    """The same from first to last."""
    cause: GroupCause
    place: Place
    since: datetime
    """Event time: of silence, when the last word came from any of them; of anything else, when the first began."""
    members: tuple[str, ...]
    """Machines whose alert still stands, sorted."""
    returned: tuple[str, ...]
    """Machines whose alert is over, sorted."""
    known: int
    """How many machines of the place were not out already when this began."""
    alerts: frozenset[str]
    """Ids of all that are gathered, those that are over too."""


class _Site:
    """How many machines are where, and which of them are out."""

    def __init__(self, whereabouts: Mapping[str, Whereabouts], onsets: Sequence[Onset]) -> None:
        self._where = whereabouts
        self._machines: dict[Place, set[str]] = {}
        self._out: dict[Place, set[str]] = {}
        standing = {each.alert.machine for each in onsets if each.is_open}
        for machine in {*whereabouts, *(each.alert.machine for each in onsets)}:
            for place in (Place("plant"), *self.places_of(machine)):
                self._machines.setdefault(place, set()).add(machine)
                if machine in standing:
                    self._out.setdefault(place, set()).add(machine)

    def places_of(self, machine: str) -> tuple[Place, ...]:
        """Give the places, beside the plant, that a machine stands in."""
        where = self._where.get(machine)
        if where is None:
            return ()
        named = (Place("gateway", where.gateway), Place("line", where.line))
        return tuple(place for place in named if place.name)

    def known(self, place: Place, machines: set[str]) -> int:
        """Count the machines of a place that were not out already when those of a cluster fell out."""
        out = self._out.get(place, set())
        return len(self._machines[place]) - len(out) + len(machines & out)

    def is_most(self, place: Place, machines: set[str]) -> bool:
        """Whether these are most of the machines of a place that were not out already."""
        return len(machines & self._machines[place]) > _MOST * self.known(place, machines)

    def is_elsewhere(self, machines: set[str]) -> bool:
        """Whether the places of these account for all of it: each is in one that is mostly out, others go on.

        Several dead gateways are no dead broker as long as one machine beside them is heard. A single one that
        brings all there is may be either, and is named.
        """
        around = {place for machine in machines for place in self.places_of(machine)}
        out = [place for place in around if self.is_most(place, machines)]
        covered = set[str]().union(*(self._machines[place] for place in out))
        if not machines <= covered:
            return False
        plant = Place("plant")
        heard = self._machines[plant] - (self._out.get(plant, set()) - machines) - covered
        return bool(heard) or any(machines <= self._machines[place] for place in out)


def gather(
    alerts: Collection[Alert],
    whereabouts: Mapping[str, Whereabouts],
    now: datetime,
    before: Collection[Group] = (),
) -> tuple[Group, ...]:
    """Give the groups that stand at `now`.

    `alerts` is the last transition of each that is open or has been cleared lately; `whereabouts` has every machine
    that was ever heard. A group of which some were known `before` keeps its id.
    """
    found: list[Group] = []
    for cause in CAUSES:
        onsets = onsets_of(alerts, cause)
        if any(each.is_open for each in onsets):
            found += _groups_of(cause, onsets, _Site(whereabouts, onsets), from_datetime(now))
    return tuple(sorted(_with_known_ids(found, before), key=_order))


def is_gathered(alert: Alert, groups: Collection[Group]) -> bool:
    """Whether an alert is told by one of these groups."""
    return any(alert.id in group.alerts for group in groups)


def _order(group: Group) -> tuple[int, str, str, datetime, str]:
    return _ORDER[group.place.kind], group.place.name, group.cause, group.since, group.id


def _groups_of(cause: GroupCause, onsets: list[Onset], site: _Site, now_us: int) -> Iterator[Group]:
    """Give the groups of one cause: that of the plant, then the places that explain most.

    First come places of which most is out, the larger ones first, a gateway before a line; then what else began
    together somewhere.
    """
    plant = Place("plant")
    taken: set[str] = set()
    for cluster in clusters_of(onsets):
        machines = {each.alert.machine for each in cluster}
        group = None if len(machines) < _MIN_MEMBERS_OF_MOST else _group(cause, plant, cluster, site, now_us)
        if group is not None and site.is_most(plant, machines) and not site.is_elsewhere(machines):
            taken |= group.alerts
            yield group
    at: dict[Place, list[Onset]] = {}
    for onset in onsets:
        for place in site.places_of(onset.alert.machine):
            at.setdefault(place, []).append(onset)
    yield from _of_places(cause, at, site, now_us, taken)


def _of_places(
    cause: GroupCause, at: Mapping[Place, list[Onset]], site: _Site, now_us: int, taken: set[str]
) -> Iterator[Group]:
    """Take the place that explains most, and again of what is left; one that loses members is looked at anew."""
    waiting: list[tuple[tuple[bool, int, int, str, str], list[Onset], Group]] = []

    def wait(place: Place, cluster: Sequence[Onset]) -> None:
        left = [each for each in cluster if each.alert.id not in taken]
        group = _group(cause, place, left, site, now_us)
        if group is not None:
            waiting.append((_rank(group, site), left, group))

    for place, onsets in at.items():
        for cluster in clusters_of(onsets):
            wait(place, cluster)
    heapify(waiting)
    while waiting:
        _, cluster, group = heappop(waiting)
        if taken.isdisjoint(group.alerts):
            taken |= group.alerts
            yield group
            continue
        left = [each for each in cluster if each.alert.id not in taken]
        smaller = _group(cause, group.place, left, site, now_us)
        if smaller is not None:
            heappush(waiting, (_rank(smaller, site), left, smaller))


def _rank(group: Group, site: _Site) -> tuple[bool, int, int, str, str]:
    machines = {*group.members, *group.returned}
    most = site.is_most(group.place, machines)
    return not most, -len(machines), _ORDER[group.place.kind], group.place.name, group.id


def _group(cause: GroupCause, place: Place, cluster: Sequence[Onset], site: _Site, now_us: int) -> Group | None:
    """Make a group of what began together; None where that is too few, or the rest has returned for long enough."""
    out = {each.alert.machine for each in cluster if each.is_open}
    machines = {each.alert.machine for each in cluster}
    back = machines - out
    if not out or len(machines) < (_MIN_MEMBERS_OF_MOST if site.is_most(place, machines) else _MIN_MEMBERS):
        return None
    ended_us = max((each.ended_us for each in cluster if each.ended_us is not None), default=now_us)
    if back and len(out) <= max(1, int(_FEW * len(machines))) and now_us - ended_us > LINGERS_US:
        return None
    times = [each.alert.since for each in cluster]
    first = min(cluster, key=lambda each: (each.due_us, each.alert.id)).alert.id
    return Group(
        id=_id(cause, first),
        cause=cause,
        place=place,
        since=max(times) if cause == "no_data" else min(times),
        members=tuple(sorted(out)),
        returned=tuple(sorted(back)),
        known=site.known(place, machines),
        alerts=frozenset(each.alert.id for each in cluster),
    )


def _id(cause: GroupCause, first: str) -> str:
    """Name a group by the alert in it that was to be raised first: none that comes later is before it."""
    return hashlib.blake2b(f"{cause}\0{first}".encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def _with_known_ids(groups: Sequence[Group], before: Collection[Group]) -> Iterator[Group]:
    """Give groups the ids that they had before: to each that of the group with which it shares most alerts.

    So an id stays while alerts come in one by one, whichever is seen first, and as what is told of only as a line
    turns out to be a gateway.
    """
    known = {alert: group.id for group in before for alert in group.alerts}
    shared = Counter(
        (known[alert], number) for number, group in enumerate(groups) for alert in group.alerts if alert in known
    )
    ids: dict[int, str] = {}
    for (name, number), _ in sorted(shared.items(), key=lambda item: (-item[1], item[0][0], groups[item[0][1]].id)):
        if number not in ids and name not in ids.values():
            ids[number] = name
    for number, group in enumerate(groups):
        name = ids.get(number, group.id)
        while number not in ids and name in ids.values():  # its namesake kept the id: a part of it that has left
            name = _id(group.cause, name)
        ids[number] = name
        yield group if name == group.id else msgspec.structs.replace(group, id=name)
