"""Paths of pages."""

from urllib.parse import quote, urlencode

from models.bilingual import Language

__all__ = ["fleet_path", "language_path", "machine_path"]


def fleet_path(language: Language, query: str = "") -> str:
    """Give the fleet's page; `query` says of which machines, encoded already.

    >>> fleet_path("en"), fleet_path("zh", "status=watch")
    ('/en', '/zh?status=watch')
    """
    return f"/{language}" + (f"?{query}" if query else "")


def machine_path(language: Language, machine: str) -> str:
    """Give a machine's page, whatever it is called.

    >>> machine_path("en", "泵 1"), machine_path("zh", "a/b?c")
    ('/en/machine/%E6%B3%B5%201', '/zh/machine/a%2Fb%3Fc')
    """
    return f"/{language}/machine/{quote(machine, safe='')}"


def language_path(language: Language, machine: str = "", query: str = "") -> str:
    """Give the address that remembers a language and goes to the fleet, or so much of it, or a machine in it.

    >>> language_path("zh", "泵 1&x"), language_path("en", query="page=2")
    ('/language/zh?machine=%E6%B3%B5+1%26x', '/language/en?page=2')
    """
    asked = urlencode({"machine": machine}) if machine else query
    return f"/language/{language}" + (f"?{asked}" if asked else "")
