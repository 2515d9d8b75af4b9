"""The feed: reads the store for all viewers together, every two seconds, and says so when it can't.

What a store finds unchanged it gives as the same objects again, so that nothing is made of it anew. Of a store that
is slow less is asked: it is left alone for four times as long as it took.
"""

import asyncio
import itertools
import logging
import time
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime

import msgspec

from models.errors import ServiceError
from models.machinery.machine import Machine
from models.outputs import Alert, Intake
from stream.stores.expected_machines import expected_machines
from stream.stores.store import Store
from stream.web.data.grouping import Grouping
from stream.web.data.machine_names import NamedMachines
from stream.web.data.probe_progress import ExpectedProbes, ProbeProgress
from stream.web.data.recent_history import RecentHistory
from stream.web.views.fleet_facts import FleetFacts, fleet_facts
from stream.web.views.past_view import is_late_news
from stream.web.views.snapshot import READ_AHEAD, Snapshot

__all__ = ["Feed"]

logger = logging.getLogger(__name__)

_EVERY_S = 2.0
_REST = 4.0
"""For so many times as long as a reading took, the store is left alone."""
_HISTORIES_A_TURN = 6
"""Machines whose history is read in one turn, so that a large fleet costs no more than a small one."""
_OPEN_ALERTS = 20_000
"""Open at a time; where there are more, the page says so."""
_INTAKE_EVERY = 5
"""Looks at the store between two at what comes of machines, which workers tell once a minute, and came late."""


class Feed:
    """The newest snapshot of the store; `run` keeps it new."""

    def __init__(
        self,
        store: Store,
        machines: Mapping[str, Machine],
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        probes: ExpectedProbes | None = None,
    ) -> None:
        self._store, self._machines, self._clock = store, machines, clock
        self._names = machines if isinstance(machines, NamedMachines) else None
        self._probes = None if probes is None else ProbeProgress(probes)
        self._grouping = Grouping(store, machines)
        self._recent: dict[str, RecentHistory] = {}
        self._opened: dict[str, frozenset[str]] = {}
        self._asked = asyncio.Event()
        self._seen: dict[tuple[str, str], datetime] | None = None
        self._turns, self._looks = itertools.count(), itertools.count()
        self._intakes: tuple[Intake, ...] = ()
        self._late: tuple[Alert, ...] = ()
        self._is_open = False
        now = clock()
        self.snapshot = Snapshot(read_at=now, began_at=now, loaded=False)
        self.facts = FleetFacts()
        """Of the snapshot."""

    def subscribe(self, viewer: str, machines: Collection[str]) -> None:
        """Note which machines a viewer has open: their histories are read too. With none he is forgotten."""
        if not machines:
            self._opened.pop(viewer, None)
            return
        before = self._opened.get(viewer, frozenset())
        self._opened[viewer] = frozenset(machines)
        if any(name not in self._recent or not self._recent[name].in_full for name in {*machines} - before):
            self._asked.set()

    async def run(self) -> None:
        """Read again and again until cancelled."""
        while True:
            begun = time.monotonic()
            await self.read()
            spent_s = time.monotonic() - begun
            await self._rest(max(_EVERY_S, _REST * spent_s))

    async def _rest(self, length_s: float) -> None:
        """Do nothing for so long but read what somebody has just opened."""
        end = time.monotonic() + length_s
        while (left_s := end - time.monotonic()) > 0:
            self._asked.clear()
            try:
                await asyncio.wait_for(self._asked.wait(), left_s)
            except TimeoutError:
                return
            await self.read_opened()

    async def read_opened(self) -> None:
        """Read what there is of machines that were opened, and nothing else anew."""
        if not self.snapshot.loaded or self.snapshot.trouble:
            return
        try:
            await self._read_recent(self.facts)
        except ServiceError as error:
            self._tell_trouble(str(error))
            return
        except Exception:  # as in `read`
            logger.exception("web: reading a machine's history failed")
            self._tell_trouble("internal error, see the log of stethos web")
            return
        self._take(self.snapshot)

    async def read(self) -> None:
        """Read once; what fails is told in the snapshot, which otherwise stays as it was."""
        try:
            if not self._is_open:
                await self._store.open()
                self._is_open = True
            await self._read()
        except ServiceError as error:
            self._tell_trouble(str(error))
        except Exception:  # a page that stops refreshing without saying so is worse than any bug behind it
            logger.exception("web: reading the store failed")
            self._tell_trouble("internal error, see the log of stethos web")

    async def close(self) -> None:
        """Let go of the store."""
        await self._store.close()

    def _tell_trouble(self, text: str) -> None:
        self.snapshot = msgspec.structs.replace(self.snapshot, trouble=text)

    async def _read(self) -> None:
        healths = tuple(await self._store.latest_health())
        alerts = tuple(await self._store.alerts(open_only=True, limit=_OPEN_ALERTS))
        results = await self._store.probes() if self._probes is not None else []
        now = self._clock()
        if next(self._looks) % _INTAKE_EVERY == 0:
            self._intakes = tuple(await self._store.intakes())
            if self._names is not None:
                await self._names.read(self._store)
            self._late = tuple(each for each in await self._store.alerts() if is_late_news(each, now))
        changed_at = self.snapshot.changed_at
        # What has no point no measurement made: that a machine has fallen silent is no news of it.
        seen = {(health.machine, health.point): health.time for health in healths if health.point}
        if self._seen is not None and seen != self._seen:
            changed_at = now
        self._seen = seen
        groups = await self._grouping.update(expected_machines(healths), alerts, now)
        cut = len(alerts) >= _OPEN_ALERTS
        alerts += self._late
        snapshot = Snapshot(
            read_at=now,
            healths=healths,
            alerts=alerts,
            groups=groups,
            alerts_cut=cut,
            other_names=self._names.other_names if self._names is not None else {},
            intakes=self._intakes,
            changed_at=changed_at,
            began_at=self.snapshot.began_at,
            probes=self._probes.update(results, now) if self._probes is not None else (),
            probe_limit=self._probes.expected.limit if self._probes is not None else self.snapshot.probe_limit,
        )
        if not self.snapshot.loaded:
            self._take(snapshot)  # whoever waits for the first sight of the fleet needs no histories for it
        await self._read_recent(fleet_facts(snapshot, self._machines, self.facts))
        self._take(snapshot)

    def _take(self, snapshot: Snapshot) -> None:
        """Show this snapshot, with what was read of machines."""
        snapshot = msgspec.structs.replace(
            snapshot,
            histories={name: recent.history for name, recent in self._recent.items()},
            series={name: recent.series for name, recent in self._recent.items()},
            intervals={name: each.interval for name, each in self._recent.items() if each.interval is not None},
        )
        self.snapshot, self.facts = snapshot, fleet_facts(snapshot, self._machines, self.facts)

    async def _read_recent(self, facts: FleetFacts) -> None:
        newest = {name: each.facts.newest.time for name, each in facts.by_id.items() if each.facts is not None}
        for gone in self._recent.keys() - newest.keys():
            del self._recent[gone]
        opened = [name for names in self._opened.values() for name in names if name in newest]
        shown = dict.fromkeys([*opened, *(each.id for each in facts.needy[:READ_AHEAD])])
        turn = next(self._turns)
        due = [name for name in shown if self._is_due(name, newest[name], in_full=True)]
        glances = [name for name in newest if name not in shown and self._is_due(name, newest[name], in_full=False)]
        for name in [*self._longest_waiting(due)[:_HISTORIES_A_TURN], *self._longest_waiting(glances)[:1]]:
            recent = self._recent.setdefault(name, RecentHistory())
            await recent.read(self._store, name, newest[name], in_full=name in shown)
            recent.turn = turn

    def _is_due(self, name: str, newest: datetime, *, in_full: bool) -> bool:
        recent = self._recent.get(name)
        return recent is None or recent.until != newest or (in_full and not recent.in_full)

    def _longest_waiting(self, names: list[str]) -> list[str]:
        return sorted(names, key=lambda name: self._recent[name].turn if name in self._recent else -1)
