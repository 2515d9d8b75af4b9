"""What is known of the whole fleet at one moment, for all viewers: who needs someone, in what order, who is silent.

It is reckoned once for a snapshot, and from the one before: a machine of which nothing is new keeps what was made
of it. Whatever depends on a viewer's language, zone or filter is left to the pages.
"""

import unicodedata
from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec

from models.machinery.machine import Machine
from models.outputs import Alert, Health
from stream.stores.store import HealthAt
from stream.texts.natural_order import natural_key
from stream.web.views.machine_facts import (
    MachineFacts,
    facts_of_machine,
    middle_interval,
    needs_someone,
)
from stream.web.views.past_view import is_late_news
from stream.web.views.snapshot import Series, Snapshot
from stream.web.views.standing import Standing

__all__ = ["FleetFacts", "FleetMachine", "fleet_facts", "searchable"]


class FleetMachine(msgspec.Struct, frozen=True, kw_only=True):
    """One machine among all."""

    machine: Machine
    facts: MachineFacts | None
    """None where it has never been heard of."""
    standing: Standing
    needy: bool
    rank: int
    interval: timedelta | None
    """What usually passes between two of its data; None where that isn't known."""
    words: str
    """All that it may be looked for by, as `searchable` gives it."""

    @property
    def id(self) -> str:
        """Its id."""
        return self.machine.id


class _Parts(msgspec.Struct, frozen=True):
    """What a machine's facts are made of: where all of it is the same as before, so are they."""

    machine: Machine
    healths: tuple[Health, ...]
    alerts: tuple[Alert, ...]
    history: tuple[HealthAt, ...]
    series: tuple[Series, ...]
    interval: timedelta | None
    names: tuple[str, ...]

    def same(self, other: "_Parts") -> bool:
        """Whether these are the very same objects: what a store read anew and found unchanged is."""
        return (
            self.machine is other.machine
            and self.history is other.history
            and self.series is other.series
            and self.interval == other.interval
            and self.names == other.names
            and _same(self.healths, other.healths)
            and _same(self.alerts, other.alerts)
        )


class FleetFacts(msgspec.Struct, frozen=True, kw_only=True):
    """All machines of one moment."""

    needy: tuple[FleetMachine, ...] = ()
    """Those that need someone, most urgent first."""
    quiet: tuple[FleetMachine, ...] = ()
    """Those that need nobody."""
    unheard: tuple[FleetMachine, ...] = ()
    """Described, but never heard of."""
    retired: tuple[FleetMachine, ...] = ()
    by_id: Mapping[str, FleetMachine] = {}
    usual: timedelta = timedelta(minutes=30)
    """What usually passes between two data of one machine."""
    newest: datetime | None = None
    """When the newest data of all were measured."""
    parts: Mapping[str, _Parts] = {}

    @property
    def heard(self) -> list[MachineFacts]:
        """What is known of each that was ever heard of."""
        return [each.facts for each in self.by_id.values() if each.facts is not None]

    @property
    def known(self) -> int:
        """How many machines there are, without those that are retired."""
        return len(self.needy) + len(self.quiet) + len(self.unheard)

    @property
    def learning(self) -> int:
        """How many are not judged yet."""
        return sum(each.standing == "warming_up" for each in (*self.needy, *self.quiet))


def fleet_facts(
    snapshot: Snapshot, machines: Mapping[str, Machine], before: FleetFacts | None = None
) -> FleetFacts:
    """Bring together what is known; the same with `before`, only sooner."""
    kept, kept_parts = (before.by_id, before.parts) if before is not None else ({}, {})
    parts = _parts_of(snapshot, machines, kept_parts)
    found: dict[str, FleetMachine] = {}
    for name, each in parts.items():
        last = kept_parts.get(name)
        found[name] = kept[name] if last is not None and each.same(last) else _machine_of(each)
    listed = [each for each in found.values() if each.standing != "retired"]
    needy = [each for each in listed if each.needy]
    heard = [each.interval for each in found.values() if each.interval is not None]
    return FleetFacts(
        needy=tuple(sorted(needy, key=_urgency)),
        quiet=tuple(each for each in listed if each.facts is not None and not each.needy),
        unheard=tuple(each for each in listed if each.facts is None),
        retired=tuple(each for each in found.values() if each.standing == "retired"),
        by_id=found,
        usual=middle_interval(heard),
        newest=max((health.time for health in snapshot.healths), default=None),
        parts=parts,
    )


def searchable(text: str) -> str:
    """Give a text as it is looked for and found: whatever its case, its width and its accents' form.

    >>> searchable("ＰＵＭＰ　１号") == searchable("pump 1号")
    True
    """
    return unicodedata.normalize("NFKC", text).casefold()


def _parts_of(
    snapshot: Snapshot, machines: Mapping[str, Machine], before: Mapping[str, _Parts]
) -> dict[str, _Parts]:
    healths: dict[str, list[Health]] = {}
    for health in snapshot.healths:
        healths.setdefault(health.machine, []).append(health)
    alerts: dict[str, list[Alert]] = {}
    for alert in snapshot.alerts:
        if alert.state == "active" or is_late_news(alert, snapshot.read_at):
            alerts.setdefault(alert.machine, []).append(alert)

    def described(name: str) -> Machine:
        return machines.get(name) or (before[name].machine if name in before else Machine(id=name))

    return {
        name: _Parts(
            machine=described(name),
            healths=tuple(healths.get(name, ())),
            alerts=tuple(alerts.get(name, ())),
            history=snapshot.histories.get(name, ()),
            series=snapshot.series.get(name, ()),
            interval=snapshot.intervals.get(name),
            names=snapshot.other_names.get(name, ()),
        )
        for name in dict.fromkeys((*healths, *machines))
    }


def _machine_of(parts: _Parts) -> FleetMachine:
    machine, facts = parts.machine, None
    if parts.healths:
        facts = facts_of_machine(machine, parts.healths, parts.alerts, parts.history, parts.series)
    needy = facts is not None and needs_someone(facts)
    standing: Standing = "unheard" if facts is None else facts.standing
    names = (machine.id, machine.name.en, machine.name.zh, machine.line, machine.kind, *parts.names)
    return FleetMachine(
        machine=machine,
        facts=facts,
        standing=standing,
        needy=needy,
        rank=facts.rank if facts is not None else 0,
        interval=parts.interval,
        words=searchable("\n".join(names)),
    )


def _urgency(each: FleetMachine) -> tuple[int, float, tuple[str | int, ...], str]:
    score = None if each.facts is None else each.facts.newest.score
    return each.rank, 101.0 if score is None else score, natural_key(each.id), each.id


def _same(some: tuple[object, ...], others: tuple[object, ...]) -> bool:
    return len(some) == len(others) and all(one is other for one, other in zip(some, others, strict=True))
