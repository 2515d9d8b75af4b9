"""What is known of a machine's kind, below its evidence: it changes only with the machine's description."""

from collections.abc import Sequence

from nicegui.element import Element

from stream.texts.language import Language, Phrase
from stream.web.components.elements import box, words
from stream.web.machine.kind_view import KindView, Term

__all__ = ["KindSection"]

_MATTERS = Phrase("What matters", "关注指标")
_LIMITS = Phrase("Limits in force, and their source", "现行限值及依据")
_FAULTS = Phrase("Likely faults, the commonest first", "常见故障（按常见程度）")
_NOTES = Phrase("Good to know", "运行提示")
_LEFT_OUT = Phrase("Limits that are not used, and why", "未采用的限值及原因")
_CHECK = Phrase("Check: {text}", "检查：{text}")


class KindSection:
    """A panel; long lists are folded up until somebody asks."""

    def __init__(self, view: KindView, language: Language) -> None:
        self._language = language
        self.root = box("section", "panel kind")
        with self.root:
            words("h2", "panel-title", view.title)
            words("p", "facts", view.scope)
            self._terms(_LIMITS, view.limits)
            self._terms(_MATTERS, view.matters)
            if view.faults:
                with self._folded(_FAULTS), box("ul", "terms"):
                    for fault in view.faults:
                        with box("li", "term"):
                            words("p", "term-name", fault.name)
                            words("p", "term-text", fault.sign)
                            words("p", "term-check", _CHECK.say(language, text=fault.check))
            if view.notes:
                words("h3", "part", _NOTES.say(language))
                with box("ul", "terms"):
                    for note in view.notes:
                        words("li", "term", note)
            if view.left_out:
                with self._folded(_LEFT_OUT):
                    self._list(view.left_out)

    def _folded(self, title: Phrase) -> Element:
        details = box("details", "details")
        with details:
            words("summary", "summary", title.say(self._language))
        return details

    def _terms(self, title: Phrase, terms: Sequence[Term]) -> None:
        if terms:
            words("h3", "part", title.say(self._language))
            self._list(terms)

    def _list(self, terms: Sequence[Term]) -> None:
        with box("ul", "terms"):
            for term in terms:
                with box("li", "term"):
                    words("span", "term-name", term.name)
                    words("p", "term-text", term.text)
