"""The natural order of names: numbers in them count as numbers."""

import re
from functools import lru_cache

__all__ = ["natural_key", "natural_order"]

_NUMBER = re.compile(r"(\d+)")

NaturalKey = tuple[str | int, ...]


@lru_cache(maxsize=16_384)
def natural_key(name: str) -> NaturalKey:
    """Give what sorts names as people number them; small and capital letters are alike.

    >>> sorted(["P-10", "p-9", "P-2"], key=natural_key)
    ['P-2', 'p-9', 'P-10']
    """
    return tuple(int(part) if place % 2 else part for place, part in enumerate(_NUMBER.split(name.casefold())))


def natural_order(name: str) -> tuple[NaturalKey, str]:
    """Give the key that sorts names in one order only, whatever order they come in.

    >>> sorted(["P-10", "p-9", "P-2", "2号泵", "10号泵", ""], key=natural_order)
    ['', '2号泵', '10号泵', 'P-2', 'p-9', 'P-10']
    """
    return natural_key(name), name
