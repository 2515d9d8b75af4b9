"""What is known of a machine's kind, below its evidence: it changes only with the machine's description."""

from collections.abc import Sequence

from nicegui.element import Element

from models.bilingual import Bilingual, Language
from stream.web.components.elements import container, text
from stream.web.machine.kind_view import KindView, Term

__all__ = ["KindSection"]

_MATTERS = Bilingual("What matters", "关注指标")
_LIMITS = Bilingual("Limits in force, and their source", "现行限值及依据")
_FAULTS = Bilingual("Likely faults, the commonest first", "常见故障（按常见程度）")
_NOTES = Bilingual("Good to know", "运行提示")
_LEFT_OUT = Bilingual("Limits that are not used, and why", "未采用的限值及原因")
_CHECK = Bilingual("Check: {text}", "检查：{text}")


class KindSection:
    """A panel; long lists are folded up until somebody asks."""

    def __init__(self, view: KindView, language: Language) -> None:
        self._language = language
        self.root = container("section", "panel kind")
        with self.root:
            text("h2", "panel-title", view.title)
            text("p", "facts", view.scope)
            self._terms(_LIMITS, view.limits)
            self._terms(_MATTERS, view.matters)
            if view.faults:
                with self._folded(_FAULTS), container("ul", "terms"):
                    for fault in view.faults:
                        with container("li", "term"):
                            text("p", "term-name", fault.name)
                            text("p", "term-text", fault.sign)
                            text("p", "term-check", _CHECK.say(language, text=fault.check))
            if view.notes:
                text("h3", "part", _NOTES.say(language))
                with container("ul", "terms"):
                    for note in view.notes:
                        text("li", "term", note)
            if view.left_out:
                with self._folded(_LEFT_OUT):
                    self._list(view.left_out)

    def _folded(self, title: Bilingual) -> Element:
        details = container("details", "details")
        with details:
            text("summary", "summary", title.say(self._language))
        return details

    def _terms(self, title: Bilingual, terms: Sequence[Term]) -> None:
        if terms:
            text("h3", "part", title.say(self._language))
            self._list(terms)

    def _list(self, terms: Sequence[Term]) -> None:
        with container("ul", "terms"):
            for term in terms:
                with container("li", "term"):
                    text("span", "term-name", term.name)
                    text("p", "term-text", term.text)
