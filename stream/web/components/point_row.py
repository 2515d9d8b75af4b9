"""One measuring point: whether its signal is good, and its numbers with limit, direction and age."""

from stream.web.components.elements import Keyed, container, set_classes, text
from stream.web.views.points_view import PointView, ValueView

__all__ = ["PointRow"]


class PointRow:
    """A row of a machine's points."""

    def __init__(self) -> None:
        self.root = container("li", "point")
        with self.root:
            with container("div", "point-head"):
                self._name = text("span", "point-name")
                self._quality = text("span", "quality")
            values = container("div", "values")
        self._values: Keyed[ValueView] = Keyed(values, _ValueBox)

    def show(self, view: PointView) -> None:
        """Show a point."""
        set_classes(self.root, "point" if view.ok else "point faulty")
        self._name.set_text(view.name)
        self._quality.set_text(view.quality)
        self._values.show((value.label, value) for value in view.values)


class _ValueBox:
    def __init__(self) -> None:
        self.root = container("div", "value")
        with self.root:
            self._label = text("div", "value-label")
            self._text = text("div", "value-text")
            self._limit = text("div", "value-limit")
            with container("div", "value-foot"):
                self._direction = text("span", "direction")
                self._age = text("span", "value-age")

    def show(self, view: ValueView) -> None:
        set_classes(self.root, f"value{' over' if view.over else ''}{' old' if view.old else ''}")
        self._label.set_text(view.label)
        self._text.set_text(view.text)
        self._limit.set_text(view.limit_text)
        self._direction.set_text(view.direction)
        self._age.set_text(view.age)
