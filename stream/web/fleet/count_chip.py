"""A chip with the count of machines of one status."""

from nicegui import ui

from stream.web.components.elements import container, set_classes, text
from stream.web.components.status_icons import status_icon_svg
from stream.web.fleet.view import Count

__all__ = ["CountChip"]


class CountChip:
    """Shape, number and word of one status."""

    def __init__(self) -> None:
        self.root = container("li", "count")
        with self.root:
            self._shape = ui.html("", sanitize=False, tag="span").classes("shape")
            self._number = text("span", "count-number")
            self._text = text("span", "count-text")

    def show(self, view: Count) -> None:
        """Show a count."""
        set_classes(self.root, f"count s-{view.status}")
        self._shape.set_content(status_icon_svg(view.status))
        self._number.set_text(str(view.number))
        self._text.set_text(view.text)
