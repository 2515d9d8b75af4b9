"""Tables that can be read in a terminal and are Markdown as well."""

from collections.abc import Iterable, Sequence

import msgspec

__all__ = ["Table"]


class Table(msgspec.Struct, frozen=True):
    """A title, what the columns are, the rows, and a sentence or two on how to read it."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""

    def markdown(self) -> str:
        """Give it as Markdown, columns of one width; the first is set left, the others right.

        >>> print(Table("Sums", ("of", "is"), (("1 + 1", "2"),)).markdown())
        ## Sums
        <BLANKLINE>
        | of    | is |
        |-------|---:|
        | 1 + 1 |  2 |
        """
        widths = [max(map(len, column)) for column in zip(self.columns, *self.rows, strict=True)]
        rule = ["-" * (width + 2) if not k else "-" * (width + 1) + ":" for k, width in enumerate(widths)]
        lines = [f"## {self.title}", "", *([self.note, ""] if self.note else [])]
        lines += [_line(self.columns, widths), "|" + "|".join(rule) + "|"]
        lines += [_line(row, widths) for row in self.rows]
        return "\n".join(lines)


def _line(cells: Sequence[str], widths: Iterable[int]) -> str:
    texts = (
        cell.rjust(width) if k else cell.ljust(width)
        for k, (cell, width) in enumerate(zip(cells, widths, strict=True))
    )
    return "| " + " | ".join(texts) + " |"
