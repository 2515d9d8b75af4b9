"""Records that are read again and again, of which few are new each time: only these are decoded.

What has not changed is given as the same object again, so that whoever asks can see at once what is new.
"""

import sqlite3
from typing import Generic, TypeVar

import msgspec

__all__ = ["Remembered"]

_T = TypeVar("_T")


class Remembered(Generic[_T]):
    """What one query gave the last time, by its text; no more than that is kept."""

    def __init__(self, query: str, kind: type[_T]) -> None:
        self._query, self._decoder = query, msgspec.json.Decoder(kind)
        self._known: dict[str, _T] = {}

    def read(self, connection: sqlite3.Connection, *parameters: int) -> list[_T]:
        """Give what there is now; of one connection at a time."""
        known, now = self._known, {}
        for (text,) in connection.execute(self._query, parameters):
            now[text] = known.get(text) or self._decoder.decode(text)
        self._known = now
        return list(now.values())
