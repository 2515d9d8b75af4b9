"""A row of buttons of which one is chosen."""

from collections.abc import Awaitable, Callable, Sequence

from nicegui.element import Element

from stream.web.components.elements import Keyed, container, set_attributes, set_classes, text

__all__ = ["ButtonGroup"]


class ButtonGroup:
    """Tells which one a reader takes; what is chosen is marked in words for screen readers too."""

    def __init__(self, label: str, on_choose: Callable[[str], Awaitable[None]]) -> None:
        self.root = container("div", "choice")
        with self.root:
            self._label = text("span", "choice-label", label)
            buttons = container("div", "choice-buttons")
        set_attributes(buttons, role="group", aria_label=label)
        self._buttons: Keyed[tuple[str, str, bool]] = Keyed(buttons, lambda: _Button(on_choose))

    def show(self, options: Sequence[tuple[str, str]], chosen: str) -> None:
        """Show (key, text) of each option; nothing at all where there is only one."""
        set_classes(self.root, "choice" if len(options) > 1 else "choice none")
        self._buttons.show((key, (key, text, key == chosen)) for key, text in options)


class _Button:
    def __init__(self, on_choose: Callable[[str], Awaitable[None]]) -> None:
        self._key = ""
        self._button = text("button", "choice-button").on("click", lambda: on_choose(self._key), args=[])
        self.root: Element = self._button
        set_attributes(self.root, type="button")

    def show(self, view: tuple[str, str, bool]) -> None:
        self._key, text, chosen = view
        self._button.set_text(text)
        set_classes(self.root, "choice-button chosen" if chosen else "choice-button")
        set_attributes(self.root, aria_pressed="true" if chosen else "false")
