"""Trends of a machine over a range that the reader chooses, alerts that are over, and what people said."""

from collections.abc import Awaitable, Callable
from datetime import datetime, tzinfo

from nicegui import ui

from models.bilingual import Bilingual, Language
from models.errors import ServiceError
from models.machinery.machine import Machine
from stream.web.charts.style import Theme
from stream.web.charts.trend_chart import chart_height_px, trend_chart
from stream.web.components.button_group import ButtonGroup
from stream.web.components.elements import Keyed, container, text
from stream.web.components.note_row import NoteRow
from stream.web.data.history import RANGES, HistoryReader, MachineHistory
from stream.web.machine.actions_view import ActionView, actions_view
from stream.web.machine.page_view import PastAlert, past_alerts

__all__ = ["TrendSection"]

_TITLE = Bilingual("Trends", "趋势")
_RANGE = Bilingual("Look back", "时间范围")
_GUIDE = Bilingual(
    "Grey: health not given, or a sensor that cannot be believed. "
    "Vertical lines: an alert was raised. The bar below the charts zooms all of them.",
    "灰色区域：暂不给出健康度，或传感器不可信。竖线：报警发生时刻。拖动下方滑块可同时缩放各图。",
)
_NOTHING = Bilingual("Nothing was measured in this time.", "该时间段内没有测量数据。")
_PAST_ALERTS = Bilingual("Past alerts", "历史报警")
_SAID = Bilingual("What people said", "人员反馈")
_TROUBLE = Bilingual("The past cannot be read: {error}", "无法读取历史数据：{error}")


class TrendSection:
    """Reads by itself; a chart that a reader has zoomed stays so until he chooses another range."""

    def __init__(
        self,
        histories: HistoryReader,
        machine: Machine,
        *,
        language: Language,
        zone: tzinfo,
        theme: Theme,
        on_change: Callable[[], Awaitable[None]],
    ) -> None:
        self._histories, self._machine = histories, machine
        self._language, self._zone, self._theme, self._on_change = language, zone, theme, on_change
        self._range = RANGES[1]
        self._shown: MachineHistory | None = None
        self._chart: ui.echart | None = None
        self.root = container("section", "panel")
        with self.root:
            text("h2", "panel-title", _TITLE.say(language))
            self._choice = ButtonGroup(_RANGE.say(language), self._choose)
            self._trouble = text("p", "trouble")
            self._frame = container("div", "chart-frame")
            self._guide = text("p", "guide")
            self._past_title = text("h2", "panel-title")
            past = container("ul", "alerts past")
            self._said_title = text("h2", "panel-title")
            said = container("ul", "alerts past")
        self._past: Keyed[PastAlert] = Keyed(past, _PastAlertRow)
        self._said: Keyed[ActionView] = Keyed(said, _ActionRow)
        self._show_choice()

    async def refresh(self, *, newest: datetime, now: datetime) -> None:
        """Read what is due and draw what changed."""
        range_ = self._range
        try:
            history = await self._histories.read(self._machine.id, range_, newest=newest, now=now)
        except ServiceError as error:
            self._trouble.set_text(_TROUBLE.say(self._language, error=error))
            return
        self._trouble.set_text("")
        if range_ is self._range and history is not self._shown:
            self._show(history, now)

    async def _choose(self, key: str) -> None:
        self._range = next(each for each in RANGES if each.key == key)
        self._shown = None
        self._drop_chart()
        self._show_choice()
        await self._on_change()

    def _show_choice(self) -> None:
        self._choice.show([(each.key, each.name.say(self._language)) for each in RANGES], self._range.key)

    def _show(self, history: MachineHistory, now: datetime) -> None:
        language = self._language
        empty = not history.health and not history.traces
        self._guide.set_text((_NOTHING if empty else _GUIDE).say(language))
        if empty:
            self._drop_chart()
        else:
            self._draw(history)
        self._shown = history
        over = past_alerts(history.alerts, now=now, zone=self._zone, language=language)
        self._past_title.set_text(_PAST_ALERTS.say(language) if over else "")
        self._past.show((alert.id, alert) for alert in over)
        said = actions_view(history.actions, now=now, zone=self._zone, language=language)
        self._said_title.set_text(_SAID.say(language) if said else "")
        self._said.show((each.id, each) for each in said)

    def _draw(self, history: MachineHistory) -> None:
        options = trend_chart(history, self._machine, language=self._language, theme=self._theme)
        if self._chart is None:
            with self._frame:
                self._chart = ui.echart(options, renderer="svg").classes("chart")
        else:
            self._chart.options.clear()
            self._chart.options.update(options)
            self._chart.update()
        self._chart.style(f"height: {chart_height_px(history)}px")

    def _drop_chart(self) -> None:
        if self._chart is not None:
            self._chart.delete()
            self._chart = None


class _PastAlertRow(NoteRow):
    def show(self, view: PastAlert) -> None:
        self.colour(view.priority, of_sensor=view.of_sensor)
        self.tell(view.priority_text, view.when, view.text)


class _ActionRow(NoteRow):
    def show(self, view: ActionView) -> None:
        self.tell(view.what, view.when, view.text)
