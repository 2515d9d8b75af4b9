"""Cells as numbers: decimal points or commas, never a thousands sign taken for either."""

import re
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["bad_numbers", "has_decimals", "is_number", "is_whole", "numbers_of", "says_decimal_comma"]

_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?|[+-]?(nan|inf|infinity)", re.IGNORECASE)
_WHOLE = re.compile(r"[+-]?\d+")
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}")


def is_number(cell: str) -> bool:
    """Whether a cell is a number with a decimal point or a decimal comma.

    >>> [is_number(cell) for cell in ("-1.5e-3", "0,5", "nan", "1_000", "1.2.3", "")]
    [True, True, True, False, False, False]
    """
    return _NUMBER.fullmatch(cell) is not None


def is_whole(cell: str) -> bool:
    """Whether a cell is a whole number, as a counter or a converter gives them."""
    return _WHOLE.fullmatch(cell) is not None


def has_decimals(cell: str) -> bool:
    """Whether a number is written with decimals or an exponent."""
    return is_number(cell) and not is_whole(cell)


def says_decimal_comma(cells: Iterable[str]) -> bool | None:
    """Whether commas in numbers are decimal ones; None where all of them may part thousands as well.

    >>> says_decimal_comma(["1.5", "2"]), says_decimal_comma(["0,125", "1"]), says_decimal_comma(["1,125"])
    (False, True, None)
    """
    with_comma = [cell for cell in cells if "," in cell and is_number(cell)]
    if not with_comma:
        return False
    return None if all(_THOUSANDS.fullmatch(cell) for cell in with_comma) else True


def numbers_of(cells: Sequence[str], *, decimal_comma: bool) -> NDArray[np.float64] | None:
    """Give cells as numbers, shape (n,), empty ones as NaN; None where one is no number."""
    text = "\n".join(cells)
    if decimal_comma:
        text = text.replace(",", ".")
    elif "," in text:
        return None
    if "_" in text:
        return None
    try:
        return np.array(
            [float(cell) if cell else np.nan for cell in text.split("\n")] if cells else [], dtype=float
        )
    except ValueError:
        return None


def bad_numbers(cells: Sequence[str], *, decimal_comma: bool) -> list[int]:
    """Give the places of cells that are no numbers; empty ones are missing, not bad."""
    comma = "." if decimal_comma else ","
    return [n for n, cell in enumerate(cells) if cell and (not is_number(cell) or comma in cell)]
