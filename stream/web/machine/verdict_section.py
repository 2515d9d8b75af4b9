"""Verdicts on a machine's points, with their evidence and what to check next."""

from models.bilingual import Bilingual, Language
from stream.web.components.elements import Keyed, container, set_classes, text
from stream.web.machine.verdicts_view import VerdictView

__all__ = ["VerdictSection"]

_TITLE = Bilingual("Diagnosis", "诊断")


class VerdictSection:
    """Hidden as long as there is none."""

    def __init__(self, language: Language) -> None:
        self.root = container("section", "panel none")
        with self.root:
            text("h2", "panel-title", _TITLE.say(language))
            verdicts = container("ul", "verdicts")
        self._verdicts: Keyed[VerdictView] = Keyed(verdicts, _VerdictRow)

    def show(self, views: tuple[VerdictView, ...]) -> None:
        """Show every point's verdict."""
        set_classes(self.root, "panel" if views else "panel none")
        self._verdicts.show((view.point, view) for view in views)


class _VerdictRow:
    def __init__(self) -> None:
        self.root = container("li", "verdict")
        with self.root:
            with container("div", "point-head"):
                self._name = text("span", "point-name")
                self._sure = text("span", "quality")
            self._title = text("p", "verdict-title")
            self._evidence = text("p", "verdict-text")
            self._next = text("p", "verdict-next")

    def show(self, view: VerdictView) -> None:
        set_classes(self.root, "verdict is-named" if view.named else "verdict")
        self._name.set_text(view.name)
        self._sure.set_text(view.sure)
        self._title.set_text(view.title)
        self._evidence.set_text(view.evidence)
        self._next.set_text(view.next_check)
