"""Views of the fleet, reckoned once for all viewers that see the same: 60 of them cost little more than one."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, tzinfo

from models.bilingual import Language
from models.machinery.machine import Machine
from stream.web.data.feed import Feed
from stream.web.fleet.list_view import in_order
from stream.web.fleet.query import FleetQuery
from stream.web.fleet.view import FleetHead, FleetView, fleet_head, list_of_head
from stream.web.views.fleet_facts import FleetFacts, FleetMachine
from stream.web.views.snapshot import Snapshot

__all__ = ["SharedViews"]

_TICK = timedelta(seconds=2)
"""So often ages and notices are reckoned anew where nothing was read."""
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


class SharedViews:
    """Keeps what was made of the newest snapshot, until there is a newer one or the next tick of the clock."""

    def __init__(
        self,
        feed: Feed,
        machines: Mapping[str, Machine],
        *,
        clock: Callable[[], datetime],
    ) -> None:
        self._feed, self._machines, self._clock = feed, machines, clock
        self._of: tuple[Snapshot, datetime] | None = None
        self._orders: dict[Language, tuple[FleetFacts, tuple[FleetMachine, ...]]] = {}
        self._heads: dict[tuple[Language, tzinfo], FleetHead] = {}
        self._views: dict[tuple[Language, tzinfo, FleetQuery], FleetView] = {}

    def view(self, language: Language, zone: tzinfo, query: FleetQuery) -> FleetView:
        """Give the view of now; the same object as long as nothing can have changed."""
        snapshot, now = self._feed.snapshot, self._clock()
        now -= (now - _EPOCH) % _TICK
        if self._of is None or self._of[0] is not snapshot or self._of[1] != now:
            self._of = snapshot, now
            self._heads.clear()
            self._views.clear()
        kept = self._views.get((language, zone, query))
        if kept is None:
            head = self._head(snapshot, now, language, zone)
            kept = self._views[language, zone, query] = list_of_head(head, query)
        return kept

    def _head(self, snapshot: Snapshot, now: datetime, language: Language, zone: tzinfo) -> FleetHead:
        head = self._heads.get((language, zone))
        if head is None:
            # The snapshot may have been read within this very tick: it is never from the future.
            now = max(now, snapshot.read_at)
            head = fleet_head(
                snapshot,
                self._machines,
                self._feed.facts,
                clock=now,
                zone=zone,
                language=language,
                ordered=self._ordered(language),
            )
            self._heads[language, zone] = head
        return head

    def _ordered(self, language: Language) -> tuple[FleetMachine, ...]:
        """Order all machines once for what is known, however often the clock ticks."""
        facts = self._feed.facts
        kept = self._orders.get(language)
        if kept is None or kept[0] is not facts:
            kept = self._orders[language] = facts, in_order(facts, language)
        return kept[1]
