"""The natural order of names: numbers in them count as numbers."""

import re

__all__ = ["natural_order"]

_NUMBER = re.compile(r"(\d+)")

NaturalOrder = tuple[tuple[str | int, ...], str]


def natural_order(name: str) -> NaturalOrder:
    """Give the key to sort names by; small and capital letters are alike.

    >>> sorted(["P-10", "p-9", "P-2", "2号泵", "10号泵", ""], key=natural_order)
    ['', '2号泵', '10号泵', 'P-2', 'p-9', 'P-10']
    """
    parts = _NUMBER.split(name.casefold())
    return tuple(int(part) if place % 2 else part for place, part in enumerate(parts)), name
