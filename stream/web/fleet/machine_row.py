"""A row of the list: a button of one or two lines that opens in place what is known of a machine."""

from nicegui import ui
from nicegui.element import Element
from nicegui.elements.mixins.text_element import TextElement

from models.bilingual import Language
from stream.web.components.elements import Keyed, container, set_attributes, set_classes, text
from stream.web.components.status_icons import status_icon_svg
from stream.web.fleet.row_details import RowDetails
from stream.web.fleet.row_view import Row
from stream.web.paths import machine_path
from stream.web.views.groups_view import MemberView

__all__ = ["MachineRow"]


class MachineRow:
    """A row; what happens when it is tapped is the page's business (`stream.web.scripts.CLICKED`).

    There are fifty of them for each viewer, so what a sound machine doesn't need is made only where it is needed.
    """

    def __init__(self, language: Language) -> None:
        self._language = language
        self._last: Row | None = None
        self.root: Element = container("li", "row-item")
        with self.root:
            self._button = container("button", "row-head")
            set_attributes(self._button, type="button")
            with self._button:
                self._shape = ui.html("", sanitize=False, tag="span").classes("shape")
                self._name = text("span", "name")
                self._status = text("span", "status")
        self._texts: dict[str, TextElement] = {}
        self._body: Element | None = None
        self._members: Keyed[MemberView] | None = None
        self._details: RowDetails | None = None

    def show(self, view: Row) -> None:
        """Show a machine, or a group."""
        if view == self._last:
            return
        self._last = view
        marks = (
            ("needs", view.needy),
            ("old", view.old),
            ("open", view.is_open),
            ("told", bool(view.why)),
            ("group", view.is_group),
        )
        classes = "".join(f" {name}" for name, is_so in marks if is_so)
        set_classes(self.root, f"row-item s-{view.standing}{classes}")
        set_attributes(
            self._button, data_machine=view.id, aria_expanded="true" if view.is_open else "false", title=view.id
        )
        self._shape.set_content(status_icon_svg(view.standing))
        self._name.set_text(view.name)
        self._status.set_text(view.standing_text)
        self._tell("why", view.why)
        self._tell("since", view.since)
        self._tell("facts", view.facts)
        self._tell("row-score", view.score_text)
        self._tell("age", view.age)
        if view.is_open:
            self._open(view)
        elif self._body is not None:
            self._body.delete()
            self._body = self._members = self._details = None

    def _tell(self, name: str, says: str) -> None:
        element = self._texts.get(name)
        if element is not None:
            element.set_text(says)
        elif says:
            with self._button:
                self._texts[name] = text("span", name, says)

    def _open(self, view: Row) -> None:
        if self._body is None:
            with self.root:
                self._body = container("div", "row-body")
            with self._body:
                if view.is_group:
                    self._members = Keyed(container("div", "members"), lambda: _MemberLink(self._language))
                    text("p", "members-more", view.more)
                else:
                    self._details = RowDetails(self._language)
        if self._members is not None:
            self._members.show((member.id, member) for member in view.members)
        if self._details is not None:
            self._details.show(view)


class _MemberLink:
    def __init__(self, language: Language) -> None:
        self._language = language
        self.root: Element = container("a", "member")
        with self.root:
            self._shape = ui.html("", sanitize=False, tag="span").classes("shape")
            self._name = text("span", "member-name")
            self._status = text("span", "member-status")

    def show(self, view: MemberView) -> None:
        """Show a member of a group."""
        set_classes(self.root, f"member s-{view.status}")
        set_attributes(self.root, href=machine_path(self._language, view.id), data_machine=view.id)
        self._shape.set_content(status_icon_svg(view.status))
        self._name.set_text(view.name)
        self._status.set_text(view.status_text)
