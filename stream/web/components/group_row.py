"""The row of a group: what has taken machines along, what to do, and the machines once a reader asks for them."""

from nicegui import ui

from models.bilingual import Language
from stream.web.components.elements import Keyed, container, set_attributes, set_classes, text
from stream.web.components.status_icons import status_icon_svg
from stream.web.paths import machine_path
from stream.web.views.groups_view import GroupView, MemberView

__all__ = ["GroupRow"]


class GroupRow:
    """A row; its machines stay shown or hidden as the reader left them."""

    def __init__(self, language: Language) -> None:
        self._language = language
        self._view: GroupView | None = None
        self._is_open = False
        self.root = container("section", "group-row")
        with self.root:
            with container("div", "group-head"):
                self._shape = ui.html("", sanitize=False, tag="span").classes("shape")
                self._title = text("h3", "group-title")
            self._text = text("p", "group-text")
            self._button = text("button", "group-button").on("click", self._turn, args=[])
            set_attributes(self._button, type="button")
            members = container("ul", "group-members")
            self._more = text("p", "group-text")
        self._members: Keyed[MemberView] = Keyed(members, lambda: _Member(language))

    def show(self, view: GroupView) -> None:
        """Show a group."""
        self._view = view
        set_classes(self.root, f"group-row s-{view.status}")
        set_attributes(self.root, aria_label=view.title)
        self._shape.set_content(status_icon_svg(view.status))
        self._title.set_text(view.title)
        self._text.set_text(view.text)
        self._button.set_text(view.hide if self._is_open else view.show)
        set_attributes(self._button, aria_expanded="true" if self._is_open else "false")
        self._members.show((member.id, member) for member in (view.members if self._is_open else ()))
        self._more.set_text(view.more if self._is_open else "")

    def _turn(self) -> None:
        self._is_open = not self._is_open
        if self._view is not None:
            self.show(self._view)


class _Member:
    def __init__(self, language: Language) -> None:
        self._language = language
        self.root = container("li", "group-member")
        with self.root:
            self._name = text("a", "group-member-name")
            self._status = text("span", "group-member-status")

    def show(self, view: MemberView) -> None:
        set_attributes(self._name, href=machine_path(self._language, view.id), data_machine=view.id)
        self._name.set_text(view.name)
        self._status.set_text(view.status_text)
