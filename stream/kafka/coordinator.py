"""Asking about consumer groups: a broker that has never had one, or has just begun, needs a moment."""

import time
from collections.abc import Callable
from typing import TypeVar

__all__ = ["once_there"]

_PAUSES_S = (0.5, 1.0, 2.0, 4.0)

T = TypeVar("T")


def once_there(question: Callable[[], T]) -> T:
    """Give the answer, with some patience for a coordinator that is being set up, or reads its groups first."""
    from kafka.errors import (  # noqa: PLC0415 -- slow to import
        CoordinatorLoadInProgressError,
        CoordinatorNotAvailableError,
    )

    for pause_s in _PAUSES_S:
        try:
            return question()
        except (CoordinatorLoadInProgressError, CoordinatorNotAvailableError):
            time.sleep(pause_s)
    return question()
