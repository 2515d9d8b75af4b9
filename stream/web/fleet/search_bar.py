"""The search of the list: a field for names, and the choice of a line."""

from nicegui.element import Element

from models.bilingual import Bilingual, Language
from stream.web.components.elements import Keyed, container, set_attributes, set_classes, text
from stream.web.fleet.choices_view import Choices

__all__ = ["SearchBar"]

_SEARCH = Bilingual("Search name, id or line", "搜索名称、编号或产线")
_LINE = Bilingual("Line", "产线")
_ALL_LINES = Bilingual("All lines", "全部产线")


class SearchBar:
    """What stands in both fields is the browser's (`stream.web.scripts`): a reader goes on typing meanwhile."""

    def __init__(self, language: Language) -> None:
        self.root = container("div", "search none")
        set_attributes(self.root, role="search")
        with self.root:
            self._field = container("input", "search-text")
            set_attributes(
                self._field, type="search", aria_label=_SEARCH.say(language), placeholder=_SEARCH.say(language)
            )
            self._choice = container("select", "search-line")
            set_attributes(self._choice, aria_label=_LINE.say(language))
            with self._choice:
                set_attributes(text("option", "", _ALL_LINES.say(language)), value="")
                self._options = container("optgroup", "")
            set_attributes(self._options, label=_LINE.say(language))
        self._lines: Keyed[str] = Keyed(self._options, _LineOption)

    def show(self, view: Choices) -> None:
        """Show what there is to choose from."""
        set_classes(self.root, f"search{'' if view.is_searchable else ' none'}")
        set_classes(self._choice, f"search-line{'' if view.lines else ' none'}")
        self._lines.show((line, line) for line in view.lines)


class _LineOption:
    def __init__(self) -> None:
        self._option = text("option", "")
        self.root: Element = self._option

    def show(self, view: str) -> None:
        """Show a line's name."""
        self._option.set_text(view)
        set_attributes(self.root, value=view)
