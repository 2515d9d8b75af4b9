"""A chip with the count of machines of one standing, which shows these alone."""

from nicegui import ui

from models.bilingual import Language
from stream.web.components.elements import container, set_attributes, set_classes, text
from stream.web.components.status_icons import status_icon_svg
from stream.web.fleet.choices_view import Count
from stream.web.paths import fleet_path

__all__ = ["CountChip"]


class CountChip:
    """Shape, number and word; a link, so that it works by keyboard, in a new tab and as an address to share."""

    def __init__(self, language: Language) -> None:
        self._language = language
        self.root = container("li", "count")
        with self.root:
            self._link = container("a", "count-link go")
            with self._link:
                self._shape = ui.html("", sanitize=False, tag="span").classes("shape")
                self._number = text("span", "count-number")
                self._text = text("span", "count-text")

    def show(self, view: Count) -> None:
        """Show a count."""
        set_classes(self.root, f"count s-{view.standing}{' chosen' if view.chosen else ''}")
        set_attributes(
            self._link,
            href=fleet_path(self._language, view.query),
            aria_current="true" if view.chosen else "false",
        )
        self._shape.set_content(status_icon_svg(view.standing))
        self._number.set_text(f"{view.number:,}")
        self._text.set_text(view.text)
