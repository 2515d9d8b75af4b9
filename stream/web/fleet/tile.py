"""The tile of a machine that needs nobody: a small quiet button that opens its card."""

from collections.abc import Callable

from nicegui import ui

from stream.web.components.elements import container, set_attributes, set_classes, text
from stream.web.components.status_icons import status_icon_svg
from stream.web.fleet.view import Tile

__all__ = ["TileButton"]


class TileButton:
    """A tile; tapping it tells which machine is to be opened."""

    def __init__(self, on_open: Callable[[str], None]) -> None:
        self._id = ""
        self.root = container("button", "tile").on("click", lambda: on_open(self._id), args=[])
        set_attributes(self.root, type="button")
        with self.root:
            self._shape = ui.html("", sanitize=False, tag="span").classes("shape")
            with container("span", "tile-text"):
                self._name = text("span", "tile-name")
                self._status = text("span", "tile-status")
            self._score = text("span", "tile-score")

    def show(self, view: Tile) -> None:
        """Show a machine."""
        self._id = view.id
        needs = " needs" if view.needs_someone else ""
        set_classes(
            self.root, f"tile s-{view.status}{needs}{' old' if view.old else ''}{'' if view.known else ' unheard'}"
        )
        described = " ".join(part for part in (view.name, view.status_text, view.score_text) if part)
        set_attributes(self.root, aria_label=described, title=view.id, data_machine=view.id)
        self._shape.set_content(status_icon_svg(view.status))
        self._name.set_text(view.name)
        self._status.set_text(view.status_text)
        self._score.set_text(view.score_text)
