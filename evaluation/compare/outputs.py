"""Two outputs side by side: digests, and where they part."""

import hashlib
import re
from collections.abc import Sequence
from itertools import zip_longest

import msgspec
from rich.table import Table

__all__ = ["Compared", "compared", "table_of", "without_clocks"]

_SHOWN = 160
_SUMMARY = re.compile(rb'("type":"summary".*"seconds":)[\d.e-]+')
_FAILED = re.compile(rb"exit (?!0\n)-?\d+\n$")
_TOOK = re.compile(rb"\bin [\d.]+ s\b")


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """How one output of the other revision, `before`, and of this one, `after`, stand to each other."""

    name: str
    lines: int
    before: str
    """Sixteen hex digits."""
    after: str
    difference: str = ""
    """Where they part first, or that both fail, which proves nothing; empty where they are the same."""
    binding: bool = True
    """Whether they must be the same."""

    @property
    def same(self) -> bool:
        """Whether every byte is."""
        return not self.difference

    @property
    def verdict(self) -> str:
        """Give it in a word or two."""
        if self.same:
            return "same"
        if self.before == self.after:
            return "FAILS"
        return "DIFFERS" if self.binding else "differs (may)"


def without_clocks(output: bytes) -> bytes:
    """Leave out how long a command took, which is never the same twice.

    >>> without_clocks(b'{"type":"summary","machines":{},"seconds":1.25}')
    b'{"type":"summary","machines":{},"seconds":0}'
    """
    return _TOOK.sub(b"in 0 s", _SUMMARY.sub(rb"\g<1>0", output))


def compared(name: str, before: bytes, after: bytes, *, binding: bool = True) -> Compared:
    r"""Compare what two revisions gave.

    >>> compared("replay", b"same\nold\n", b"same\nnew\n").difference
    "line 2: 'old' became 'new'"
    >>> compared("replay", b"same\n", b"same\n").same
    True
    """
    return Compared(
        name=name,
        lines=len(after.splitlines()),
        before=_digest(before),
        after=_digest(after),
        difference=_failure(after) if before == after else _first_difference(before, after),
        binding=binding,
    )


def _failure(output: bytes) -> str:
    return f"both fail: {_shown(output[-_SHOWN:])}" if _FAILED.search(output) else ""


def _digest(output: bytes) -> str:
    return hashlib.sha256(output).hexdigest()[:16]


def _first_difference(before: bytes, after: bytes) -> str:
    lines = zip_longest(before.split(b"\n"), after.split(b"\n"))
    number, old, new = next((n, old, new) for n, (old, new) in enumerate(lines, 1) if old != new)
    if old is None or new is None:
        return f"line {number}: " + (f"{_shown(new)} came on" if old is None else f"{_shown(old)} is gone")
    at = next((i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    start = max(0, at - _SHOWN // 4)
    where = f"line {number}" + (f" from character {start}" if start else "")
    return f"{where}: {_shown(old[start:])} became {_shown(new[start:])}"


def _shown(line: bytes | None) -> str:
    text = (line or b"").decode(errors="replace")
    return repr(text[:_SHOWN] + ("..." if len(text) > _SHOWN else ""))


def table_of(found: Sequence[Compared]) -> Table:
    """Give all as a table."""
    table = Table(box=None, padding=(0, 2, 0, 0))
    for column in ("output", "lines", "before", "after", ""):
        table.add_column(column, justify="right" if column == "lines" else "left", no_wrap=column != "")
    for one in found:
        table.add_row(one.name, str(one.lines), one.before, one.after, one.verdict)
    return table
