"""One machine's page for one viewer: from what is the matter to the proof."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime, tzinfo

import msgspec

from models.bilingual import Bilingual, Language
from models.machinery.kinds import Packs
from models.machinery.kinematics import BearingOrders
from models.machinery.machine import Machine
from stream.texts.language import OTHER_LANGUAGE
from stream.web.charts.style import Theme
from stream.web.components.elements import Keyed, container, set_attributes, set_classes, text
from stream.web.components.notice_bar import NoticeBar
from stream.web.components.stale_bar import add_stale_bar
from stream.web.data.alert_record import FleetRecords
from stream.web.data.feed import Feed
from stream.web.data.history import HistoryReader
from stream.web.data.kept_spectra import Spectra
from stream.web.machine.head import MachineHead, PointsSection
from stream.web.machine.kind_section import KindSection
from stream.web.machine.kind_view import kind_view
from stream.web.machine.page_view import MachinePageView, machine_page_view
from stream.web.machine.rules_section import RulesSection
from stream.web.machine.spectrum_section import SpectrumSection
from stream.web.machine.trend_section import TrendSection
from stream.web.machine.verdict_section import VerdictSection
from stream.web.paths import fleet_path, language_path
from stream.web.views.machine_view import MachineView
from stream.web.views.notices_view import Notice

__all__ = ["MachinePage", "Readers"]

_BACK = Bilingual("‹ All machines", "‹ 全部设备")


class Readers(msgspec.Struct, frozen=True, kw_only=True):
    """What is read for all viewers together, and what is known of kinds of machines."""

    histories: HistoryReader
    spectra: Spectra
    packs: Packs
    records: FleetRecords


class MachinePage:
    """Draws the newest that is known of one machine, changing only what changed."""

    def __init__(
        self,
        feed: Feed,
        machines: Mapping[str, Machine],
        readers: Readers,
        *,
        machine: str,
        orders: Mapping[str, BearingOrders],
        viewer: str,
        language: Language,
        zone: tzinfo,
        theme: Theme,
        clock: Callable[[], datetime],
    ) -> None:
        self._feed, self._machines, self._readers, self._machine = feed, machines, readers, machine
        self._orders = orders
        self._viewer, self._language, self._zone, self._theme = viewer, language, zone, theme
        self._clock = clock
        self._last: MachinePageView | None = None
        self._head: MachineHead | None = None
        self._busy = asyncio.Lock()
        feed.subscribe(viewer, [machine])
        self._build()
        self.refresh()

    def refresh(self) -> None:
        """Draw what the feed knows now."""
        view = machine_page_view(
            self._feed.snapshot,
            self._machines,
            self._machine,
            clock=self._clock(),
            zone=self._zone,
            language=self._language,
            facts=self._feed.facts,
        )
        if view != self._last:
            self._show(view)
            self._last = view

    async def refresh_charts(self) -> None:
        """Read and draw what is below the head; one reading at a time."""
        view = self._last
        if view is None or view.newest is None or self._head is None or self._busy.locked():
            return
        async with self._busy:
            await self._trends.refresh(newest=view.newest, now=view.now)
            verdicts = {verdict.point: verdict.verdict for verdict in view.verdicts}
            await self._spectra.refresh(newest=view.newest, suspect=view.suspect, verdicts=verdicts)
            await self._rules.refresh()

    def close(self) -> None:
        """Forget this viewer."""
        self._feed.subscribe(self._viewer, ())

    def _build(self) -> None:
        language = self._language
        other, other_name = OTHER_LANGUAGE[language]
        with container("div", "page machine"):
            with container("header", "top"):
                back = text("a", "back", _BACK.say(language))
                set_attributes(back, href=fleet_path(language))
                self._updated = text("span", "updated")
                text("span", "updated-age")
                link = text("a", "language", other_name)
                set_attributes(link, href=language_path(other, self._machine), hreflang=other, lang=other)
            add_stale_bar(language)
            self._notices: Keyed[Notice] = Keyed(container("div", "notices"), NoticeBar)
            with container("main", "main"):
                self._headline = text("h1", "headline")
                self._facts = text("p", "facts")
                self._detail = text("p", "detail")
                self._body = container("div", "sections")

    def _build_sections(self) -> MachineHead:
        """Only once there is something to show in them."""
        language = self._language
        machine = self._machines.get(self._machine) or Machine(id=self._machine)
        with self._body:
            head = MachineHead(language)
            self._verdicts = VerdictSection(language)
            self._points = PointsSection(language)
            self._trends = TrendSection(
                self._readers.histories,
                machine,
                language=language,
                zone=self._zone,
                theme=self._theme,
                on_change=self.refresh_charts,
            )
            self._spectra = SpectrumSection(
                self._readers.spectra,
                machine,
                self._orders,
                language=language,
                zone=self._zone,
                theme=self._theme,
                on_change=self.refresh_charts,
            )
            self._rules = RulesSection(self._readers.records, machine, self._machines, language)
            known = kind_view(machine, self._readers.packs.find(machine.kind), language)
            if known is not None:
                KindSection(known, language)
        return head

    def _show(self, view: MachinePageView) -> None:
        self._updated.set_text(view.updated)
        self._headline.set_text(view.headline)
        self._detail.set_text(view.detail)
        self._notices.show(((notice.kind, notice.about), notice) for notice in view.notices)
        if view.machine is None:
            return
        if self._head is None:
            self._head = self._build_sections()
        self._facts.set_text(view.machine.facts)
        set_classes(self._headline, _headline_class(view.machine))
        self._head.show(view.machine)
        self._verdicts.show(view.verdicts)
        self._points.show(view.machine)


def _headline_class(machine: MachineView) -> str:
    return "headline calm" if machine.status == "healthy" and not machine.old else "headline"
