"""A row of a list: a word at its head, a time beside it, a sentence below."""

from models.outputs import Priority
from stream.web.components.elements import container, set_classes, text

__all__ = ["NoteRow"]


class NoteRow:
    """What rows of alerts, and of what people said, look like."""

    def __init__(self) -> None:
        self.root = container("li", "alert")
        with self.root:
            with container("div", "alert-head"):
                self._head = text("span", "priority")
                self._when = text("span", "alert-since")
            self._text = text("p", "alert-text")

    def tell(self, head: str, when: str, text: str) -> None:
        """Show the words."""
        self._head.set_text(head)
        self._when.set_text(when)
        self._text.set_text(text)

    def colour(self, priority: Priority, *, of_sensor: bool, stale: bool = False) -> None:
        """Show how urgent an alert is, and whether it is still being judged."""
        marks = f"{' of-sensor' if of_sensor else ''}{' is-stale' if stale else ''}"
        set_classes(self.root, f"alert p-{priority}{marks}")
