"""The head of a machine's page: status, since when, health with its deductions, open alerts, points."""

from models.bilingual import Bilingual, Language
from stream.web.components.alert_row import AlertRow
from stream.web.components.deduction_row import ReasonRow
from stream.web.components.elements import Keyed, container, set_attributes, set_classes, text
from stream.web.components.point_row import PointRow
from stream.web.components.status_summary import StatusBadge, StatusSummary
from stream.web.views.machine_view import AlertView, DeductionView, MachineView
from stream.web.views.points_view import PointView

__all__ = ["MachineHead", "PointsSection"]

_REASONS = Bilingual("Why points were taken off", "扣分依据")
_ALERTS = Bilingual("Open alerts", "未关闭的报警")
_NO_ALERTS = Bilingual("No open alerts", "没有未关闭的报警")
_POINTS = Bilingual("Measuring points and sensors", "测点与传感器")


class MachineHead:
    """Status, health and open alerts of one machine."""

    def __init__(self, language: Language) -> None:
        self._language = language
        self.root = container("section", "panel head")
        with self.root:
            with container("div", "head-row"):
                self._badge = StatusBadge()
                self._age = text("span", "age")
            self._status_summary = StatusSummary(language)
            self._life = text("p", "life")
            self._life_held = text("p", "life-held")
            self._reasons_title = text("h2", "part")
            reasons = container("ul", "deductions")
            set_attributes(reasons, aria_label=_REASONS.say(language))
            self._alerts_title = text("h2", "part")
            alerts = container("ul", "alerts")
        self._reasons: Keyed[DeductionView] = Keyed(reasons, ReasonRow)
        self._alerts: Keyed[AlertView] = Keyed(alerts, AlertRow)

    def show(self, view: MachineView) -> None:
        """Show a machine."""
        say = self._language
        set_classes(self.root, f"panel head s-{view.status}{' old' if view.old else ''}")
        self._badge.show(view)
        self._age.set_text(view.age)
        self._status_summary.show(view)
        self._life.set_text(view.life)
        self._life_held.set_text(view.life_held)
        self._reasons_title.set_text(_REASONS.say(say) if view.deductions else "")
        self._reasons.show(enumerate(view.deductions))
        alerts = (*((view.alert,) if view.alert else ()), *view.more_alerts)
        self._alerts_title.set_text((_ALERTS if alerts else _NO_ALERTS).say(say))
        self._alerts.show((alert.id, alert) for alert in alerts)


class PointsSection:
    """Every point with its numbers, and whether its sensor can be believed."""

    def __init__(self, language: Language) -> None:
        self._language = language
        self.root = container("section", "panel")
        with self.root:
            text("h2", "panel-title", _POINTS.say(language))
            points = container("ul", "points")
        self._points: Keyed[PointView] = Keyed(points, PointRow)

    def show(self, view: MachineView) -> None:
        """Show the points of a machine."""
        set_classes(self.root, "panel" if view.points else "panel none")
        self._points.show((point.id, point) for point in view.points)
