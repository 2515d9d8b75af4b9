"""The page of one viewer: headline, notices, and a page of the list, first of it what needs someone."""

from collections.abc import Callable
from datetime import datetime, tzinfo

from nicegui import ui
from nicegui.element import Element
from nicegui.events import GenericEventArguments

from models.bilingual import Bilingual, Language
from stream.texts.language import OTHER_LANGUAGE
from stream.texts.times import zone_text
from stream.web.components.elements import Keyed, container, set_attributes, set_classes, text
from stream.web.components.notice_bar import NoticeBar
from stream.web.components.stale_bar import add_stale_bar
from stream.web.data.feed import Feed
from stream.web.fleet.choices_view import Choices, Count, PageLink
from stream.web.fleet.count_chip import CountChip
from stream.web.fleet.machine_row import MachineRow
from stream.web.fleet.query import FleetQuery, parse_query
from stream.web.fleet.row_view import Row
from stream.web.fleet.search_bar import SearchBar
from stream.web.fleet.shared_views import SharedViews
from stream.web.fleet.view import FleetView
from stream.web.paths import fleet_path, language_path
from stream.web.scripts import CHOSEN_LINE, CLICKED, PLACE, TYPED
from stream.web.views.notices_view import Notice

__all__ = ["FleetPage"]

_ATTENTION = Bilingual("Needs someone", "需要处理")
_REST = Bilingual("The rest of the fleet", "其余设备")
_PAGES = Bilingual("Pages of the list", "分页")
_COUNTS = Bilingual("Show machines of one status", "按状态筛选")
_LOCAL = Bilingual("Times are {zone}", "时间均为 {zone}")


class FleetPage:
    """Draws the newest snapshot for one viewer, changing only what changed."""

    def __init__(
        self,
        feed: Feed,
        views: SharedViews,
        *,
        viewer: str,
        language: Language,
        zone: tzinfo,
        search: str,
        clock: Callable[[], datetime],
    ) -> None:
        self._feed, self._views = feed, views
        self._viewer, self._language, self._zone, self._clock = viewer, language, zone, clock
        self._query = FleetQuery()
        self._last: FleetView | None = None
        self._build()
        self.go(search)

    def go(self, search: object) -> None:
        """Show what stands in the page's address now."""
        query = parse_query(search)
        if query.opened != self._query.opened:
            self._feed.subscribe(self._viewer, query.opened)
        self._query = query
        self.refresh()

    def take_zone(self, zone: tzinfo) -> None:
        """Tell times as they are in the viewer's zone, as soon as that is known."""
        self._zone = zone
        self._foot.set_text(_LOCAL.say(self._language, zone=zone_text(zone, self._clock())))
        self.refresh()

    def follow(self) -> None:
        """Let the browser say where its reader goes by its own buttons, back and forward, and where it is now."""
        ui.on("stethos_place", lambda event: self.go(event.args))
        ui.run_javascript(PLACE)

    def refresh(self) -> None:
        """Draw what is known now."""
        view = self._views.view(self._language, self._zone, self._query)
        if view is not self._last:
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
                self._other = text("a", "language", other_name)
                set_attributes(self._other, hreflang=other, lang=other)
            add_stale_bar(language)
            self._notices: Keyed[Notice] = Keyed(container("div", "notices"), NoticeBar)
            main = container("main", "main")
            with main:
                self._build_main(language)
        self._listen(main)

    def _build_main(self, language: Language) -> None:
        self._headline = text("h1", "headline")
        self._detail = text("p", "detail")
        counts = container("ul", "counts")
        set_attributes(counts, aria_label=_COUNTS.say(language))
        self._counts: Keyed[Count] = Keyed(counts, lambda: CountChip(language))
        self._search = SearchBar(language)
        with container("p", "nothing"):
            self._nothing = text("span", "nothing-text")
            self._all = text("a", "show-all go")
        self._rows = _Section(_ATTENTION.say(language), "rows", language)
        self._rest = _Section(_REST.say(language), "rows rest", language)
        with container("nav", "pages") as pages:
            self._shown = text("span", "pages-shown")
        set_attributes(pages, aria_label=_PAGES.say(language))
        with pages:
            links = container("span", "pages-links")
        self._pages: Keyed[PageLink] = Keyed(links, lambda: _PageLink(language))
        self._foot = text("p", "foot", _LOCAL.say(language, zone=zone_text(self._zone, self._clock())))

    def _listen(self, main: Element) -> None:
        def gone(event: GenericEventArguments) -> None:
            self.go(event.args)

        main.on("click", gone, js_handler=CLICKED)
        main.on("input", gone, js_handler=TYPED)
        main.on("change", gone, js_handler=CHOSEN_LINE)

    def _show(self, view: FleetView) -> None:
        language = self._language
        self._updated.set_text(view.updated)
        self._headline.set_text(view.headline)
        set_classes(self._headline, "headline calm" if view.calm else "headline")
        self._detail.set_text(view.detail)
        self._notices.show(((notice.kind, notice.about), notice) for notice in view.notices)
        self._rows.show(view.attention, is_titled=True)
        self._rest.show(view.rest, is_titled=bool(view.attention))
        if self._last is None or view.choices != self._last.choices:
            self._show_choices(view.choices, language)

    def _show_choices(self, choices: Choices, language: Language) -> None:
        other, _ = OTHER_LANGUAGE[language]
        set_attributes(self._other, href=language_path(other, query=choices.query))
        self._counts.show((count.standing, count) for count in choices.counts)
        self._search.show(choices)
        self._nothing.set_text(choices.nothing)
        self._all.set_text(choices.show_all.text if choices.show_all else "")
        set_attributes(self._all, href=fleet_path(language))
        self._shown.set_text(choices.shown)
        self._pages.show((link.text, link) for link in choices.pages)


class _Section:
    """A title and rows below it; without rows no title."""

    def __init__(self, title: str, classes: str, language: Language) -> None:
        self._title, self._text = text("h2", "section"), title
        self._rows: Keyed[Row] = Keyed(container("ul", classes), lambda: MachineRow(language))

    def show(self, views: tuple[Row, ...], *, is_titled: bool) -> None:
        self._title.set_text(self._text if views and is_titled else "")
        self._rows.show((view.id, view) for view in views)


class _PageLink:
    def __init__(self, language: Language) -> None:
        self._language = language
        self._link = text("a", "page-go go")
        self.root: Element = self._link

    def show(self, view: PageLink) -> None:
        self._link.set_text(view.text)
        set_attributes(self.root, href=fleet_path(self._language, view.query))
