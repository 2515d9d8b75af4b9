"""One machine's card: what is the matter, since when, its health with the points taken off, alerts and numbers."""

from collections.abc import Callable

from models.bilingual import Bilingual, Language
from stream.web.components.alert_row import AlertRow
from stream.web.components.deduction_row import DeductionRow, ReasonRow
from stream.web.components.elements import Keyed, container, set_attributes, set_classes, text
from stream.web.components.point_row import PointRow
from stream.web.components.sparkline import Sparkline
from stream.web.components.status_summary import StatusBadge, StatusSummary
from stream.web.paths import machine_path
from stream.web.views.machine_view import AlertView, DeductionView, MachineView
from stream.web.views.points_view import PointView

__all__ = ["MachineCard"]

_ALERT = Bilingual("Most urgent alert", "最紧急的报警")
_MORE_ALERTS = Bilingual("More open alerts", "其他未关闭的报警")
_REASONS = Bilingual("Why points were taken off", "扣分依据")
_POINTS = Bilingual("Measuring points", "测点")
_CLOSE = Bilingual("Close", "收起")
_PAGE = Bilingual("Trends and spectra ›", "趋势与频谱 ›")
_DEDUCTIONS = Bilingual("Points taken off", "扣分")


class MachineCard:
    """A card; its details stay open or closed as the reader left them."""

    def __init__(self, language: Language, *, on_close: Callable[[str], None] | None = None) -> None:
        self._id = ""
        self.root = container("article", "card")
        with self.root:
            with container("header", "card-head"):
                self._badge = StatusBadge()
            self._name = text("h3", "name")
            self._facts = text("p", "facts")
            self._age = text("p", "age")
            self._status_summary = StatusSummary(language)
            deductions = container("ul", "deductions")
            set_attributes(deductions, aria_label=_DEDUCTIONS.say(language))
            self._trend = Sparkline()
            self._alert_title = text("h4", "part")
            alert = container("ul", "alerts")
            self._page = text("a", "page-link", _PAGE.say(language))
            with container("details", "details"):
                self._summary = text("summary", "summary")
                self._more_title = text("h4", "part")
                more_alerts = container("ul", "alerts")
                self._reasons_title = text("h4", "part")
                reasons = container("ul", "deductions")
                self._points_title = text("h4", "part")
                points = container("ul", "points")
            if on_close:
                close = text("button", "close", _CLOSE.say(language)).on(
                    "click", lambda: on_close(self._id), args=[]
                )
                set_attributes(close, type="button")
        self._deductions: Keyed[DeductionView] = Keyed(deductions, DeductionRow)
        self._reasons: Keyed[DeductionView] = Keyed(reasons, ReasonRow)
        self._alert: Keyed[AlertView] = Keyed(alert, AlertRow)
        self._more_alerts: Keyed[AlertView] = Keyed(more_alerts, AlertRow)
        self._points: Keyed[PointView] = Keyed(points, PointRow)
        self._language = language

    def show(self, view: MachineView) -> None:
        """Show a machine."""
        self._id = view.id
        set_classes(self.root, f"card s-{view.status}{' old' if view.old else ''}")
        set_attributes(self.root, aria_label=f"{view.name}: {view.status_text}", data_machine=view.id)
        self._badge.show(view)
        self._age.set_text(view.age)
        self._name.set_text(view.name)
        set_attributes(self._page, href=machine_path(self._language, view.id))
        self._facts.set_text(view.facts)
        self._status_summary.show(view)
        self._deductions.show(enumerate(view.deductions))
        self._trend.show(view.trend)
        say = self._language
        self._alert_title.set_text(_ALERT.say(say) if view.alert else "")
        self._alert.show([(view.alert.id, view.alert)] if view.alert else [])
        self._summary.set_text(view.details)
        self._more_title.set_text(_MORE_ALERTS.say(say) if view.more_alerts else "")
        self._more_alerts.show((alert.id, alert) for alert in view.more_alerts)
        self._reasons_title.set_text(_REASONS.say(say) if view.deductions else "")
        self._reasons.show(enumerate(view.deductions))
        self._points_title.set_text(_POINTS.say(say) if view.points else "")
        self._points.show((point.id, point) for point in view.points)
