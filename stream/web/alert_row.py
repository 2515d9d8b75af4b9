"""One open alert: how urgent, what was found against which limit, since when."""

from stream.web.elements import box, restyle, words
from stream.web.machine_view import AlertView

__all__ = ["AlertRow"]


class AlertRow:
    """A row of a machine's open alerts."""

    def __init__(self) -> None:
        self.root = box("li", "alert")
        with self.root:
            with box("div", "alert-head"):
                self._priority = words("span", "priority")
                self._since = words("span", "alert-since")
            self._text = words("p", "alert-text")
            self._against = words("p", "against")

    def show(self, view: AlertView) -> None:
        """Show an alert."""
        restyle(self.root, f"alert p-{view.priority}{' of-sensor' if view.of_sensor else ''}")
        self._priority.set_text(view.priority_text)
        self._since.set_text(view.since)
        self._text.set_text(view.text)
        self._against.set_text(view.against)
