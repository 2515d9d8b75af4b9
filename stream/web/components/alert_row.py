"""One open alert: how urgent, what was found against which limit, since when."""

from stream.web.components.elements import text
from stream.web.components.note_row import NoteRow
from stream.web.views.machine_view import AlertView

__all__ = ["AlertRow"]


class AlertRow(NoteRow):
    """A row of a machine's open alerts."""

    def __init__(self) -> None:
        super().__init__()
        with self.root:
            self._against = text("p", "against")

    def show(self, view: AlertView) -> None:
        """Show an alert."""
        self.colour(view.priority, of_sensor=view.of_sensor, stale=view.stale)
        self.tell(view.priority_text, view.since, view.text)
        self._against.set_text(view.against)
