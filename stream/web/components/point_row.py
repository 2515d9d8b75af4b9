"""One measuring point: whether its signal is good, and its numbers with limit, direction and age."""

from stream.web.components.elements import Keyed, box, restyle, words
from stream.web.views.points_view import PointView, ValueView

__all__ = ["PointRow"]


class PointRow:
    """A row of a machine's points."""

    def __init__(self) -> None:
        self.root = box("li", "point")
        with self.root:
            with box("div", "point-head"):
                self._name = words("span", "point-name")
                self._quality = words("span", "quality")
            values = box("div", "values")
        self._values: Keyed[ValueView] = Keyed(values, _ValueBox)

    def show(self, view: PointView) -> None:
        """Show a point."""
        restyle(self.root, "point" if view.ok else "point faulty")
        self._name.set_text(view.name)
        self._quality.set_text(view.quality)
        self._values.show((value.label, value) for value in view.values)


class _ValueBox:
    def __init__(self) -> None:
        self.root = box("div", "value")
        with self.root:
            self._label = words("div", "value-label")
            self._text = words("div", "value-text")
            self._limit = words("div", "value-limit")
            with box("div", "value-foot"):
                self._direction = words("span", "direction")
                self._age = words("span", "value-age")

    def show(self, view: ValueView) -> None:
        restyle(self.root, f"value{' over' if view.over else ''}{' old' if view.old else ''}")
        self._label.set_text(view.label)
        self._text.set_text(view.text)
        self._limit.set_text(view.limit_text)
        self._direction.set_text(view.direction)
        self._age.set_text(view.age)
