"""One deduction: how many points, and for what."""

from stream.web.components.elements import container, text
from stream.web.views.machine_view import DeductionView

__all__ = ["DeductionRow", "ReasonRow"]


class DeductionRow:
    """A row of the list below the bar: points and what is the matter."""

    def __init__(self) -> None:
        self.root = container("li", "deduction")
        with self.root:
            self._points = text("span", "points-off")
            self._label = text("span", "deduction-label")

    def show(self, view: DeductionView) -> None:
        """Show a deduction."""
        self._points.set_text(view.points_text)
        self._label.set_text(view.label)


class ReasonRow:
    """A row of the details: points and the evidence in full."""

    def __init__(self) -> None:
        self.root = container("li", "deduction")
        with self.root:
            self._points = text("span", "points-off")
            self._reason = text("span", "reason")

    def show(self, view: DeductionView) -> None:
        """Show a deduction's evidence."""
        self._points.set_text(view.points_text)
        self._reason.set_text(view.reason)
