"""The bar for a notice: a store that fails, data that stopped, data that run behind the clock."""

from stream.web.components.elements import container, set_attributes, set_classes, text
from stream.web.views.notices_view import Notice

__all__ = ["NoticeBar"]


class NoticeBar:
    """The bar of one notice."""

    def __init__(self) -> None:
        self.root = container("div", "notice")
        with self.root:
            self._title = text("strong", "notice-title")
            self._text = text("span", "notice-text")

    def show(self, view: Notice) -> None:
        """Show a notice; errors and warnings are read out at once."""
        set_classes(self.root, f"notice n-{view.kind}")
        set_attributes(self.root, role="status" if view.kind == "info" else "alert")
        self._title.set_text(view.title)
        self._text.set_text(view.text)
