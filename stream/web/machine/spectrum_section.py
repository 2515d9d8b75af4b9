"""Spectra of a machine: a point's newest, an older one behind it, and the lines of shaft and bearing marked."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, tzinfo

import msgspec
from nicegui import ui
from nicegui.events import GenericEventArguments

from models.bilingual import Bilingual, Language
from models.captures.capture import CaptureKind
from models.errors import MessageError, ServiceError
from models.machinery.kinematics import BearingOrders
from models.machinery.machine import Machine
from stream.web.charts.spectrum_chart import HEIGHT_PX, Axis, Shown, spectrum_chart
from stream.web.charts.style import Theme
from stream.web.components.button_group import ButtonGroup
from stream.web.components.elements import container, set_attributes, set_classes, text
from stream.web.data.kept_spectra import SPECTRA, Spectra
from stream.web.scripts import CHOSEN
from stream.web.views.spectrum_section_view import (
    Chosen,
    SpectrumDrawing,
    SpectrumView,
    point_looked_at,
    spectrum_drawing,
    spectrum_section_view,
)

__all__ = ["SpectrumSection"]

_TITLE = Bilingual("Spectra", "频谱")
_POINT = Bilingual("Point", "测点")
_COMPARE = Bilingual("Lay beside it", "对比")
_ANY = Bilingual("or from", "或选择时间")
_AXIS = Bilingual("Axis", "横轴")
_KINDS: dict[CaptureKind, Bilingual] = {
    "velocity_spectrum": Bilingual("Velocity spectrum, shaft speed marked", "振动速度频谱（标出转频各次谐波）"),
    "envelope_spectrum": Bilingual("Envelope spectrum, bearing frequencies marked", "包络谱（标出轴承特征频率）"),
}
_TROUBLE = Bilingual("The spectra cannot be read: {error}", "无法读取频谱：{error}")


class SpectrumSection:
    """Reads by itself; a reader chooses point, older spectrum and axis."""

    def __init__(
        self,
        spectra: Spectra,
        machine: Machine,
        orders: Mapping[str, BearingOrders],
        *,
        language: Language,
        zone: tzinfo,
        theme: Theme,
        on_change: Callable[[], Awaitable[None]],
    ) -> None:
        self._spectra, self._machine, self._orders = spectra, machine, orders
        self._language, self._zone, self._theme, self._on_change = language, zone, theme, on_change
        self._chosen = Chosen()
        self.root = container("section", "panel")
        with self.root:
            text("h2", "panel-title", _TITLE.say(language))
            self._points = ButtonGroup(_POINT.say(language), self._choose_point)
            self._compare = ButtonGroup(_COMPARE.say(language), self._choose_older)
            with self._compare.root:
                label = text("label", "moment", _ANY.say(language))
                with label:
                    moment = container("input", "moment-input").on("change", self._choose_moment, js_handler=CHOSEN)
                set_attributes(moment, type="datetime-local", aria_label=_ANY.say(language))
            self._axes = ButtonGroup(_AXIS.say(language), self._choose_axis)
            self._trouble = text("p", "trouble")
            self._empty = text("p", "guide")
            self._panels = {kind: _Panel(kind, language, theme) for kind in SPECTRA}

    async def refresh(self, *, newest: datetime, suspect: str, verdicts: Mapping[str, str]) -> None:
        """Read what is due and draw what changed; a reader who has chosen no point sees the `suspect` one.

        The lines of the part that a point's verdict names are marked.
        """
        try:
            await self._refresh(newest, suspect, verdicts)
        except (ServiceError, MessageError) as error:
            self._trouble.set_text(_TROUBLE.say(self._language, error=error))
        else:
            self._trouble.set_text("")

    async def _refresh(self, newest: datetime, suspect: str, verdicts: Mapping[str, str]) -> None:
        points = await self._spectra.points(self._machine.id)
        point = point_looked_at(points, self._chosen.point, suspect)
        self._choose(point=point)
        kept = {kind: await self._spectra.kept(self._machine.id, point, kind, newest=newest) for kind in SPECTRA}
        if point != self._chosen.point:  # chosen anew while this was read
            return
        view = spectrum_section_view(points, kept, self._chosen, verdicts, zone=self._zone, language=self._language)
        self._points.show(view.points, view.point)
        self._compare.show(view.earlier, view.compared)
        self._axes.show(view.axes, view.axis)
        self._empty.set_text(view.guide)
        troubles = []
        for kind, spectrum in view.spectra.items():
            try:
                await self._draw(self._panels[kind], spectrum)
            except MessageError as error:  # the other one can be shown
                self._panels[kind].hide()
                troubles.append(str(error))
        if troubles:
            raise MessageError("; ".join(troubles))

    async def _draw(self, panel: "_Panel", view: SpectrumView | None) -> None:
        if view is None:
            panel.hide()
            return
        if panel.shows(view):
            return
        newest = await self._spectra.values(view.newest)
        older = await self._spectra.values(view.older) if view.older else None
        if newest is None or newest.point != self._chosen.point:  # gone, or chosen anew while this was read
            return
        orders = self._orders.get(newest.point)
        drawing = spectrum_drawing(
            newest, older, self._machine, orders, view.verdict, zone=self._zone, language=self._language
        )
        panel.draw(view, drawing)

    def _choose(self, **chosen: str | bool | datetime | None) -> None:
        self._chosen = msgspec.structs.replace(self._chosen, **chosen)

    async def _choose_point(self, key: str) -> None:
        self._choose(point=key)
        await self._on_change()

    async def _choose_older(self, key: str) -> None:
        self._choose(older=key, moment=None)
        await self._on_change()

    async def _choose_axis(self, key: str) -> None:
        self._choose(orders=key == "orders")
        await self._on_change()

    async def _choose_moment(self, event: GenericEventArguments) -> None:
        try:
            moment = datetime.fromisoformat(str(event.args)).replace(tzinfo=self._zone)
        except ValueError:  # emptied
            moment = None
        self._choose(older="", moment=moment)
        await self._on_change()


class _Panel:
    """One spectrum with its title; a chart that a reader has zoomed stays so while it shows the same."""

    def __init__(self, kind: CaptureKind, language: Language, theme: Theme) -> None:
        self._language, self._theme = language, theme
        self._shown: SpectrumView | None = None
        self._chart: ui.echart | None = None
        self.root = container("figure", "spectrum none")
        with self.root:
            text("h3", "chart-title", _KINDS[kind].say(language))
            self._about = text("p", "guide")
            self._missing = text("p", "guide")
            self._frame = container("div", "chart-frame")

    def shows(self, view: SpectrumView) -> bool:
        return self._shown == view

    def draw(self, view: SpectrumView, drawing: SpectrumDrawing) -> None:
        options = spectrum_chart(
            Shown(drawing.newest, drawing.name),
            Shown(drawing.older, drawing.older_name) if drawing.older else None,
            drawing.families,
            axis=Axis(view.orders),
            language=self._language,
            theme=self._theme,
        )
        if self._chart is not None:
            self._chart.delete()
        with self._frame:
            self._chart = ui.echart(options, renderer="svg").classes("chart").style(f"height: {HEIGHT_PX}px")
        self._shown = view
        self._about.set_text(drawing.about)
        self._missing.set_text(drawing.missing)
        set_classes(self.root, "spectrum")

    def hide(self) -> None:
        set_classes(self.root, "spectrum none")
        if self._chart is not None:
            self._chart.delete()
            self._chart = None
        self._shown = None
