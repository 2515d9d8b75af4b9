"""What a reader wants to see of the fleet, as it stands in the page's address: so it can be shared and reloaded.

An address is written by anybody: what cannot be meant is left out, and the page shows what remains.
"""

from urllib.parse import parse_qs, urlencode

import msgspec

from stream.web.views.standing import STANDINGS, Standing

__all__ = ["OPEN_AT_A_TIME", "FleetQuery", "parse_query", "query_text"]

OPEN_AT_A_TIME = 8
"""Rows that may be open at a time; one more closes the one that was opened first (`stream.web.scripts`, too)."""
_MAX_TEXT, _MAX_ADDRESS, _MAX_PAGE = 100, 10_000, 1_000_000
_MAX_FIELDS = 50


class FleetQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which machines, which page of them, and which of these are open."""

    text: str = ""
    """To be found in their names."""
    line: str = ""
    standing: Standing | None = None
    page: int = 1
    opened: tuple[str, ...] = ()
    """Ids, the one opened last at the end."""

    @property
    def is_narrow(self) -> bool:
        """Whether it leaves any machine out."""
        return bool(self.text or self.line or self.standing)


def parse_query(search: object) -> FleetQuery:
    """Read what stands behind the `?` of an address, whatever it is.

    >>> parse_query("?q=pump+1&status=watch&page=2&open=P-1&open=P-2")
    FleetQuery(text='pump 1', line='', standing='watch', page=2, opened=('P-1', 'P-2'))
    >>> parse_query("status=made-up&page=-3"), parse_query(None) == FleetQuery()
    (FleetQuery(text='', line='', standing=None, page=1, opened=()), True)
    """
    if not isinstance(search, str) or len(search) > _MAX_ADDRESS:
        return FleetQuery()
    try:
        fields = parse_qs(search.removeprefix("?"), max_num_fields=_MAX_FIELDS)
    except ValueError:
        return FleetQuery()

    def first(name: str) -> str:
        return fields.get(name, [""])[0].strip()[:_MAX_TEXT]

    standing = first("status")
    page = first("page")
    return FleetQuery(
        text=" ".join(first("q").split()),
        line=first("line"),
        standing=next((each for each in STANDINGS if each == standing), None),
        page=min(max(int(page), 1), _MAX_PAGE) if page.isdecimal() and page.isascii() else 1,
        opened=tuple(dict.fromkeys(name[:_MAX_TEXT] for name in fields.get("open", [])))[-OPEN_AT_A_TIME:],
    )


def query_text(query: FleetQuery) -> str:
    """Write it as it stands in an address; nothing where all is as it is at first.

    >>> query_text(FleetQuery(text="1号 泵", page=3)), query_text(FleetQuery())
    ('q=1%E5%8F%B7+%E6%B3%B5&page=3', '')
    """
    pairs = [("q", query.text), ("line", query.line), ("status", query.standing or "")]
    pairs.append(("page", str(query.page) if query.page > 1 else ""))
    return urlencode([*(pair for pair in pairs if pair[1]), *(("open", name) for name in query.opened)])
