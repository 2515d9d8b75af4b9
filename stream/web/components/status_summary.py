"""The summary of a machine's status, first on card and page: what is the matter since when, and its health."""

from nicegui import ui

from models.bilingual import Bilingual, Language
from stream.web.components.elements import container, set_classes, text
from stream.web.components.health_bar import HealthBar
from stream.web.components.status_icons import status_icon_svg
from stream.web.views.machine_view import MachineView

__all__ = ["StatusBadge", "StatusSummary"]

_HEALTH = Bilingual("Health", "健康度")


class StatusBadge:
    """The status as shape and words."""

    def __init__(self) -> None:
        with container("span", "badge"):
            self._shape = ui.html("", sanitize=False, tag="span").classes("shape")
            self._status = text("span", "status")
            self._machine_text = text("span", "machine-status")

    def show(self, view: MachineView) -> None:
        """Show a machine's."""
        self._shape.set_content(status_icon_svg(view.status))
        self._status.set_text(view.status_text)
        self._machine_text.set_text(view.machine_text)


class StatusSummary:
    """How it runs, what is the matter and since when, and the health as number and bar."""

    def __init__(self, language: Language) -> None:
        self._running = text("p", "running")
        self._why = text("p", "why")
        self._since = text("p", "since")
        self._named = text("p", "named")
        self._more = text("p", "more")
        with container("div", "health"):
            text("span", "health-label", _HEALTH.say(language))
            self._score = text("span", "score")
            self._change = text("span", "change")
        self._bar = HealthBar()

    def show(self, view: MachineView) -> None:
        """Show a machine's."""
        self._running.set_text(view.running)
        self._why.set_text(view.why)
        self._since.set_text(view.since)
        self._named.set_text(view.named)
        self._more.set_text(view.more)
        self._score.set_text(view.score_text)
        set_classes(self._score, "score" if view.score is not None else "score withheld")
        self._change.set_text(view.trend.change_text if view.trend else "")
        set_classes(self._change, "change falling" if view.trend and view.trend.falling else "change")
        self._bar.show(view)
