"""Spectra of a machine: a point's newest, an older one behind it, and the lines of shaft and bearing marked."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, tzinfo

import msgspec
from nicegui import ui
from nicegui.events import GenericEventArguments

from models.captures.capture import Capture, CaptureKind
from models.errors import MessageError, ServiceError
from models.machinery.kinematics import BearingOrders
from models.machinery.machine import Machine
from stream.web.chart_style import Theme
from stream.web.choice import Choice
from stream.web.elements import box, describe, restyle, words
from stream.web.points_view import point_name
from stream.web.scripts import CHOSEN
from stream.web.spectra import SPECTRA, Spectra
from stream.web.spectra_view import Family, bearing_families, earlier_choices, nearest, shaft_family
from stream.web.spectrum_chart import HEIGHT_PX, Axis, Shown, spectrum_chart
from stream.web.texts import Language, Phrase

__all__ = ["SpectrumSection"]

_TITLE = Phrase("Spectra", "频谱")
_POINT = Phrase("Point", "测点")
_COMPARE = Phrase("Lay beside it", "对比")
_NONE = Phrase("nothing", "不对比")
_ANY = Phrase("or from", "或选择时间")
_AXIS = Phrase("Axis", "横轴")
_AXES = (("hz", Phrase("Hz", "Hz")), ("orders", Phrase("orders", "阶次")))
_KINDS: dict[CaptureKind, Phrase] = {
    "velocity_spectrum": Phrase("Velocity spectrum, shaft speed marked", "振动速度频谱（标出转频各次谐波）"),
    "envelope_spectrum": Phrase("Envelope spectrum, bearing frequencies marked", "包络谱（标出轴承特征频率）"),
}
_ABOUT = Phrase("Measured {clock}{speed}{bearing}.", "测量于{clock}{speed}{bearing}。")
_SPEED = Phrase(" at {rpm} rpm", "，转速 {rpm} r/min")
_BEARING = Phrase(", bearing {name}", "，轴承 {name}")
_NO_SPEED = Phrase("No shaft speed is known, so nothing can be marked.", "转速未知，无法标出特征频率。")
_NO_BEARING = Phrase(
    "No known bearing is described for this point: write its designation or geometry into machines.toml.",
    "该测点未登记已知轴承：请在 machines.toml 中填写型号或几何参数。",
)
_NOT_YET = Phrase(
    "No spectrum is kept yet: the first good waveform of each hour leaves one.",
    "尚无频谱：每小时第一段有效波形会保存一份。",
)
_TROUBLE = Phrase("The spectra cannot be read: {error}", "无法读取频谱：{error}")


class _Looked(msgspec.Struct, frozen=True):
    """What is looked at: anything that differs is drawn anew."""

    newest: datetime | None
    older: datetime | None
    orders: bool
    verdict: str


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
        self._point = ""
        self._older = ""
        self._moment: datetime | None = None
        self._axis = Axis()
        self._verdicts: Mapping[str, str] = {}
        self.root = box("section", "panel")
        with self.root:
            words("h2", "panel-title", _TITLE.say(language))
            self._points = Choice(_POINT.say(language), self._choose_point)
            self._compare = Choice(_COMPARE.say(language), self._choose_older)
            with self._compare.root:
                label = words("label", "moment", _ANY.say(language))
                with label:
                    moment = box("input", "moment-input").on("change", self._choose_moment, js_handler=CHOSEN)
                describe(moment, type="datetime-local", aria_label=_ANY.say(language))
            self._axes = Choice(_AXIS.say(language), self._choose_axis)
            self._trouble = words("p", "trouble")
            self._empty = words("p", "guide")
            self._panels = {kind: _Panel(kind, language, theme) for kind in SPECTRA}

    async def refresh(self, *, newest: datetime, suspect: str, verdicts: Mapping[str, str]) -> None:
        """Read what is due and draw what changed; a reader who has chosen no point sees the `suspect` one.

        The lines of the part that a point's verdict names are marked.
        """
        self._verdicts = verdicts
        try:
            await self._refresh(newest, suspect)
        except (ServiceError, MessageError) as error:
            self._trouble.set_text(_TROUBLE.say(self._language, error=error))
        else:
            self._trouble.set_text("")

    async def _refresh(self, newest: datetime, suspect: str) -> None:
        machine, language = self._machine.id, self._language
        points = await self._spectra.points(machine)
        if self._point not in points:
            self._point = suspect if suspect in points else points[0] if points else ""
        point = self._point
        kept = {kind: await self._spectra.kept(machine, point, kind, newest=newest) for kind in SPECTRA}
        if point != self._point:  # chosen anew while this was read
            return
        self._points.show([(each, point_name(each, language)) for each in points], point)
        velocity = kept["velocity_spectrum"] or kept["envelope_spectrum"]
        self._empty.set_text("" if velocity else _NOT_YET.say(language))
        choices = earlier_choices(velocity, self._zone, language)
        self._compare.show(
            [("", _NONE.say(language)), *((each.key, each.text) for each in choices)] if choices else [],
            "moment" if self._moment else self._older,
        )
        has_speed = bool(velocity and velocity[-1].speed_rpm)
        axes = [(key, phrase.say(language)) for key, phrase in _AXES] if has_speed else []
        self._axes.show(axes, "orders" if self._axis.orders else "hz")
        at = next((each.time for each in choices if each.key == self._older), None)
        for kind in SPECTRA:
            await self._draw(kind, kept[kind], at)

    async def _draw(self, kind: CaptureKind, kept: tuple[Capture, ...], at: datetime | None) -> None:
        panel = self._panels[kind]
        if not kept:
            panel.hide()
            return
        newest, before = kept[-1], kept[:-1]
        older = nearest(before, self._moment) if self._moment else nearest(before, at) if at else None
        axis = Axis(self._axis.orders and bool(newest.speed_rpm) and (older is None or bool(older.speed_rpm)))
        verdict = self._verdicts.get(newest.point, "")
        looked = _Looked(newest.measured, older.measured if older else None, axis.orders, verdict)
        if not panel.must_draw(newest.point, looked):
            return
        whole = await self._spectra.values(newest)
        whole_older = await self._spectra.values(older) if older else None
        if whole is None or newest.point != self._point:
            return
        families, missing = self._families(whole, verdict)
        panel.draw(
            looked,
            Shown(whole, self._clock(whole)),
            Shown(whole_older, self._clock(whole_older)) if whole_older else None,
            families,
            axis,
        )
        panel.say(self._about(whole, with_bearing=kind == "envelope_spectrum" and not missing), missing)

    def _families(self, capture: Capture, verdict: str) -> tuple[tuple[Family, ...], str]:
        """Give the lines to mark, and what is missing to mark more."""
        highest_hz = capture.first + capture.step * capture.count
        shaft = shaft_family(capture.speed_rpm, highest_hz, self._language)
        if shaft is None:
            return (), _NO_SPEED.say(self._language)
        if capture.kind == "velocity_spectrum":
            return (shaft,), ""
        orders = self._orders.get(capture.point)
        families = bearing_families(orders, capture.speed_rpm, highest_hz, self._language, verdict)
        return families or (shaft,), "" if families else _NO_BEARING.say(self._language)

    def _about(self, capture: Capture, *, with_bearing: bool) -> str:
        language = self._language
        bearing = self._machine.bearings.get(capture.point, "") if with_bearing else ""
        return _ABOUT.say(
            language,
            clock=self._clock(capture),
            speed=_SPEED.say(language, rpm=f"{capture.speed_rpm:.0f}") if capture.speed_rpm else "",
            bearing=_BEARING.say(language, name=bearing) if bearing else "",
        )

    def _clock(self, capture: Capture) -> str:
        local = capture.measured.astimezone(self._zone)
        return f"{local:%Y-%m-%d %H:%M}"

    async def _choose_point(self, key: str) -> None:
        self._point = key
        await self._changed()

    async def _choose_older(self, key: str) -> None:
        self._older, self._moment = key, None
        await self._changed()

    async def _choose_axis(self, key: str) -> None:
        self._axis = Axis(key == "orders")
        await self._changed()

    async def _choose_moment(self, event: GenericEventArguments) -> None:
        try:
            self._moment = datetime.fromisoformat(str(event.args)).replace(tzinfo=self._zone)
        except ValueError:  # emptied
            self._moment = None
        self._older = ""
        await self._changed()

    async def _changed(self) -> None:
        await self._on_change()


class _Panel:
    """One spectrum with its title; a chart that a reader has zoomed stays so while it shows the same."""

    def __init__(self, kind: CaptureKind, language: Language, theme: Theme) -> None:
        self._language, self._theme = language, theme
        self._looked: tuple[str, _Looked] | None = None
        self._point = ""
        self._chart: ui.echart | None = None
        self.root = box("figure", "spectrum none")
        with self.root:
            words("h3", "chart-title", _KINDS[kind].say(language))
            self._about = words("p", "guide")
            self._missing = words("p", "guide")
            self._frame = box("div", "chart-frame")

    def must_draw(self, point: str, looked: _Looked) -> bool:
        self._point = point
        return self._looked != (point, looked)

    def draw(
        self, looked: _Looked, shown: Shown, older: Shown | None, families: tuple[Family, ...], axis: Axis
    ) -> None:
        options = spectrum_chart(shown, older, families, axis=axis, language=self._language, theme=self._theme)
        if self._chart is not None:
            self._chart.delete()
        with self._frame:
            self._chart = ui.echart(options, renderer="svg").classes("chart").style(f"height: {HEIGHT_PX}px")
        self._looked = (self._point, looked)
        restyle(self.root, "spectrum")

    def say(self, about: str, missing: str) -> None:
        self._about.set_text(about)
        self._missing.set_text(missing)

    def hide(self) -> None:
        restyle(self.root, "spectrum none")
        if self._chart is not None:
            self._chart.delete()
            self._chart = None
        self._looked = None
