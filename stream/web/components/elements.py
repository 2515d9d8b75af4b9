"""What all components are made of: elements of plain text, and lists that keep what stays.

Text goes to the browser as text, never as HTML, so a machine may be called anything.
"""

from collections.abc import Callable, Hashable, Iterable
from typing import Generic, Protocol, TypeVar

from nicegui.element import Element
from nicegui.elements.mixins.text_element import TextElement

__all__ = ["Component", "Keyed", "container", "set_attributes", "set_classes", "text"]

View_contra = TypeVar("View_contra", contravariant=True)
View = TypeVar("View")


class Component(Protocol[View_contra]):
    """Something on the page that shows a view and can show another one later."""

    root: Element

    def show(self, view: View_contra) -> None:
        """Change what differs and nothing else."""


def container(tag: str, classes: str) -> Element:
    """Make an element that holds others."""
    return Element(tag).classes(classes)


def text(tag: str, classes: str, text: str = "") -> TextElement:
    """Make an element that holds text; empty ones take no room (page.css)."""
    return TextElement(tag=tag, text=text).classes(classes)


def set_classes(element: Element, classes: str) -> None:
    """Replace an element's classes, sending nothing where they stay the same."""
    element.classes(replace=classes)


def set_attributes(element: Element, **attributes: str) -> None:
    """Set attributes (`aria_label` for aria-label), sending nothing where they stay the same."""
    for name, value in attributes.items():
        key = name.replace("_", "-")
        if element.props.get(key) != value:
            element.props[key] = value


class Keyed(Generic[View]):
    """A list of components, each known by a key: those that stay are moved, not made anew.

    So a reader's open details, focus and place on the page survive every update.
    """

    def __init__(self, container: Element, make: Callable[[], Component[View]]) -> None:
        self._container, self._make = container, make
        self._components: dict[Hashable, Component[View]] = {}

    def show(self, views: Iterable[tuple[Hashable, View]]) -> None:
        """Show these views in this order."""
        wanted = dict(views)
        for key in self._components.keys() - wanted.keys():
            self._components.pop(key).root.delete()
        for place, (key, view) in enumerate(wanted.items()):
            component = self._components.get(key)
            if component is None:
                with self._container:
                    component = self._components[key] = self._make()
            component.show(view)
            if self._container.default_slot.children[place] is not component.root:
                component.root.move(target_index=place)
