"""What an open row shows: what is the matter since when, health with the points taken off, alerts, numbers."""

from models.bilingual import Bilingual, Language
from stream.web.components.alert_row import AlertRow
from stream.web.components.deduction_row import ReasonRow
from stream.web.components.elements import Keyed, container, set_attributes, text
from stream.web.components.point_row import PointRow
from stream.web.components.sparkline import Sparkline
from stream.web.components.status_summary import StatusSummary
from stream.web.fleet.row_view import Row
from stream.web.paths import machine_path
from stream.web.views.machine_view import AlertView, DeductionView, MachineView
from stream.web.views.points_view import PointView

__all__ = ["RowDetails"]

_ALERTS = Bilingual("Open alerts, the most urgent first", "未关闭的报警（最紧急的在前）")
_REASONS = Bilingual("Why points were taken off", "扣分依据")
_POINTS = Bilingual("Measuring points", "测点")
_PAGE = Bilingual("Trends and spectra ›", "趋势与频谱 ›")
_UNHEARD = Bilingual(
    "Nothing has come of it so far. Does the gateway send under exactly this id?",
    "尚未收到任何数据。网关发送的设备编号是否完全一致？",
)


class RowDetails:
    """The details of a machine, made when its row is opened."""

    def __init__(self, language: Language) -> None:
        self._language = language
        self._summary: StatusSummary | None = None
        self.root = container("div", "row-details")
        with self.root:
            self._told = container("div", "told")
            with self._told:
                self._unheard = text("p", "more")
            self._shown = container("div", "shown")
            with container("div", "way"):
                self._page = text("a", "page-link", _PAGE.say(language))

    def show(self, row: Row) -> None:
        """Show a machine; one that was never heard of has its page alone."""
        set_attributes(self._page, href=machine_path(self._language, row.id))
        self._unheard.set_text("" if row.details else _UNHEARD.say(self._language))
        if row.details is None:
            return
        if self._summary is None:
            self._summary = self._build()
        self._fill(row.details, self._summary)

    def _build(self) -> StatusSummary:
        language = self._language
        with self._told:
            self._machine_text = text("p", "machine-status")
            summary = StatusSummary(language)
            self._reasons_title = text("h4", "part")
            reasons = container("ul", "deductions")
            self._alerts_title = text("h4", "part")
            alerts = container("ul", "alerts")
        with self._shown:
            self._age = text("p", "age")
            self._trend = Sparkline()
            self._points_title = text("h4", "part")
            points = container("ul", "points")
        self._reasons: Keyed[DeductionView] = Keyed(reasons, ReasonRow)
        self._alerts: Keyed[AlertView] = Keyed(alerts, AlertRow)
        self._points: Keyed[PointView] = Keyed(points, PointRow)
        return summary

    def _fill(self, view: MachineView, summary: StatusSummary) -> None:
        say = self._language
        summary.show(view)
        self._machine_text.set_text(view.machine_text)
        self._age.set_text(view.age)
        self._trend.show(view.trend)
        self._reasons_title.set_text(_REASONS.say(say) if view.deductions else "")
        self._reasons.show(enumerate(view.deductions))
        alerts = (*((view.alert,) if view.alert else ()), *view.more_alerts)
        self._alerts_title.set_text(_ALERTS.say(say) if alerts else "")
        self._alerts.show((alert.id, alert) for alert in alerts)
        self._points_title.set_text(_POINTS.say(say) if view.points else "")
        self._points.show((point.id, point) for point in view.points)
