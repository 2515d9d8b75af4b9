"""What a reader can choose from on the fleet's page: statuses with their counts, lines, pages.

Each choice is an address of its own, as text to stand behind the `?`.
"""

from collections import Counter
from collections.abc import Sequence

import msgspec

from models.bilingual import Bilingual, Language
from stream.web.fleet.list_view import PageOf
from stream.web.fleet.query import FleetQuery, query_text
from stream.web.views.fleet_facts import FleetMachine
from stream.web.views.standing import STANDINGS, Standing

__all__ = ["Choices", "Count", "PageLink", "choices_view"]

_SHOWN = Bilingual("{first} to {last} of {total}", "第{first}–{last}台，共{total}台")
_NONE = Bilingual("No machine is found so.", "没有找到这样的设备。")
_SHOW_ALL = Bilingual("Show all machines", "显示全部设备")
_FIRST = Bilingual("« First", "« 首页")
_BEFORE = Bilingual("‹ Back", "‹ 上一页")
_NEXT = Bilingual("Next ›", "下一页 ›")
_LAST = Bilingual("Last »", "末页 »")
_FEW = 10
"""So many machines are seen at a glance."""


class Count(msgspec.Struct, frozen=True, kw_only=True):
    """How many machines stand so; choosing it shows these alone, choosing it again shows all."""

    standing: Standing
    text: str
    number: int
    chosen: bool
    query: str


class PageLink(msgspec.Struct, frozen=True):
    """The way to another page of the list."""

    text: str
    query: str


class Choices(msgspec.Struct, frozen=True, kw_only=True):
    """All of them."""

    counts: tuple[Count, ...]
    lines: tuple[str, ...]
    """None where all machines are of one."""
    line: str
    text: str
    """What is looked for."""
    is_searchable: bool
    """Whether there are enough machines to look for one."""
    shown: str
    """Which of how many are shown; empty where it is all of them."""
    pages: tuple[PageLink, ...]
    nothing: str
    """What to say where nothing is found; else empty."""
    show_all: PageLink | None
    query: str
    """The whole of what is shown, for the other language."""


def choices_view(
    candidates: Sequence[FleetMachine],
    page: PageOf,
    query: FleetQuery,
    language: Language,
    *,
    lines: tuple[str, ...],
    known: int,
) -> Choices:
    """Draw them up: `candidates` are found by text and line, of which `page` shows those of one standing, or all.

    There are `known` machines, of these `lines`.
    """
    return Choices(
        counts=_counts(candidates, query, language),
        lines=lines if len(lines) > 1 else (),
        line=query.line,
        text=query.text,
        is_searchable=known > _FEW or query.is_narrow,
        shown=_SHOWN.say(language, first=page.first, last=page.last, total=page.total)
        if page.pages > 1 or (query.is_narrow and page.total)
        else "",
        pages=_pages(page, query, language),
        nothing=_NONE.say(language) if query.is_narrow and not page.total else "",
        show_all=PageLink(_SHOW_ALL.say(language), "") if query.is_narrow else None,
        query=query_text(query),
    )


def _counts(candidates: Sequence[FleetMachine], query: FleetQuery, language: Language) -> tuple[Count, ...]:
    numbers = Counter(each.standing for each in candidates)
    return tuple(
        Count(
            standing=standing,
            text=phrase.say(language),
            number=numbers[standing],
            chosen=standing == query.standing,
            query=_other_standing(query, None if standing == query.standing else standing),
        )
        for standing, phrase in STANDINGS.items()
        if numbers[standing] or standing == query.standing
    )


def _pages(page: PageOf, query: FleetQuery, language: Language) -> tuple[PageLink, ...]:
    if page.pages == 1:
        return ()
    ways = (
        (_FIRST, 1, page.number > 2),
        (_BEFORE, page.number - 1, page.number > 1),
        (_NEXT, page.number + 1, page.number < page.pages),
        (_LAST, page.pages, page.number < page.pages - 1),
    )
    return tuple(
        PageLink(phrase.say(language), _other_page(query, number)) for phrase, number, leads in ways if leads
    )


def _other_standing(query: FleetQuery, standing: Standing | None) -> str:
    return query_text(msgspec.structs.replace(query, standing=standing, page=1, opened=()))


def _other_page(query: FleetQuery, page: int) -> str:
    return query_text(msgspec.structs.replace(query, page=page, opened=()))
