"""The page of one viewer: headline, notices, the machines that need someone, and the quiet ones."""

from collections.abc import Callable, Mapping
from datetime import datetime, tzinfo

from models.bilingual import Bilingual, Language
from models.machinery.machine import Machine
from stream.texts.language import OTHER_LANGUAGE
from stream.texts.times import zone_text
from stream.web.components.elements import Keyed, container, set_attributes, set_classes, text
from stream.web.components.group_row import GroupRow
from stream.web.components.notice_bar import NoticeBar
from stream.web.components.stale_bar import add_stale_bar
from stream.web.data.feed import Feed
from stream.web.fleet.count_chip import CountChip
from stream.web.fleet.machine_card import MachineCard
from stream.web.fleet.tile import TileButton
from stream.web.fleet.view import Count, FleetView, Tile, fleet_view
from stream.web.paths import language_path
from stream.web.views.groups_view import GroupView
from stream.web.views.machine_view import MachineView
from stream.web.views.notices_view import Notice

__all__ = ["FleetPage"]

_ATTENTION = Bilingual("Needs someone", "需要处理")
_OPENED = Bilingual("Opened", "已展开")
_REST = Bilingual("The rest of the fleet", "其余设备")
_LOCAL = Bilingual("Times are {zone}", "时间均为 {zone}")


class FleetPage:
    """Draws the newest snapshot for one viewer, changing only what changed."""

    def __init__(
        self,
        feed: Feed,
        machines: Mapping[str, Machine],
        *,
        viewer: str,
        language: Language,
        zone: tzinfo,
        clock: Callable[[], datetime],
    ) -> None:
        self._feed, self._machines = feed, machines
        self._viewer, self._language, self._zone, self._clock = viewer, language, zone, clock
        self._opened: list[str] = []
        self._last: FleetView | None = None
        self._build()
        self.refresh()

    def refresh(self) -> None:
        """Draw what is known now."""
        view = fleet_view(
            self._feed.snapshot,
            self._machines,
            clock=self._clock(),
            zone=self._zone,
            language=self._language,
            opened=self._opened,
        )
        if view != self._last:
            self._show(view)
            self._last = view

    def close(self) -> None:
        """Forget this viewer."""
        self._feed.subscribe(self._viewer, ())

    def _build(self) -> None:
        language = self._language
        other, other_name = OTHER_LANGUAGE[language]
        with container("div", "page"):
            with container("header", "top"):
                text("span", "brand", "Stethos")
                self._updated = text("span", "updated")
                text("span", "updated-age")
                link = text("a", "language", other_name)
                set_attributes(link, href=language_path(other), hreflang=other, lang=other)
            add_stale_bar(language)
            self._notices: Keyed[Notice] = Keyed(container("div", "notices"), NoticeBar)
            with container("main", "main"):
                self._headline = text("h1", "headline")
                self._detail = text("p", "detail")
                self._counts: Keyed[Count] = Keyed(container("ul", "counts"), CountChip)
                self._groups: Keyed[GroupView] = Keyed(container("div", "groups"), lambda: GroupRow(language))
                self._cards = _Section(_ATTENTION.say(language), language)
                self._opened_cards = _Section(_OPENED.say(language), language, self._close_card)
                self._rest_title = text("h2", "section")
                self._tiles: Keyed[Tile] = Keyed(container("div", "tiles"), lambda: TileButton(self._open))
                text("p", "foot", _LOCAL.say(language, zone=zone_text(self._zone, self._clock())))

    def _open(self, machine: str) -> None:
        if machine and machine not in self._opened:
            self._opened.append(machine)
            self._feed.subscribe(self._viewer, self._opened)
            self.refresh()

    def _close_card(self, machine: str) -> None:
        self._opened.remove(machine)
        self._feed.subscribe(self._viewer, self._opened)
        self.refresh()

    def _show(self, view: FleetView) -> None:
        self._updated.set_text(view.updated)
        self._headline.set_text(view.headline)
        set_classes(self._headline, "headline calm" if view.calm else "headline")
        self._detail.set_text(view.detail)
        self._notices.show(((notice.kind, notice.about), notice) for notice in view.notices)
        self._counts.show((count.status, count) for count in view.counts)
        self._groups.show((group.id, group) for group in view.groups)
        self._cards.show(view.attention)
        self._opened_cards.show(view.opened)
        self._rest_title.set_text(
            _REST.say(self._language) if view.tiles and (view.attention or view.opened) else ""
        )
        self._tiles.show((tile.id, tile) for tile in view.tiles)


class _Section:
    """A title and cards below it; without cards no title."""

    def __init__(self, title: str, language: Language, on_close: Callable[[str], None] | None = None) -> None:
        self._title, self._text = text("h2", "section"), title
        self._cards: Keyed[MachineView] = Keyed(
            container("div", "cards"), lambda: MachineCard(language, on_close=on_close)
        )

    def show(self, views: tuple[MachineView, ...]) -> None:
        self._title.set_text(self._text if views else "")
        self._cards.show((view.id, view) for view in views)
