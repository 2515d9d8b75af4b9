"""How far a consumer of aiokafka has come, read from outside it: nothing is asked, so any thread may look."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from aiokafka import AIOKafkaConsumer, TopicPartition

__all__ = ["Progress", "note_taken", "progress_of"]


class Progress(msgspec.Struct, frozen=True):
    """How far one partition has been read."""

    position: int | None = None
    """What is to be read next, beyond all that nobody is given (ends of transactions, what was taken back)."""
    taken: int = 0
    """The offset behind the last record that was given to whoever works on it; 0 where there was none."""


def progress_of(
    consumer: AIOKafkaConsumer | None, taken: Mapping[TopicPartition, int]
) -> dict[TopicPartition, Progress]:
    """Give the progress in each partition that a consumer has at this moment; `taken` says what it gave."""
    inner: Any = consumer
    subscription = inner._subscription.subscription if inner is not None else None  # noqa: SLF001 -- not to be had else
    assignment = subscription.assignment if subscription is not None else None
    if assignment is None:
        return {}
    return {tp: Progress(_position(assignment.state_value(tp)), taken.get(tp, 0)) for tp in assignment.tps}


def _position(state: Any) -> int | None:  # noqa: ANN401 -- of aiokafka, which has no types
    return None if state is None else state._position  # noqa: SLF001 -- the public one raises where there is none


def note_taken(taken: dict[TopicPartition, int], records: Mapping[Any, Sequence[Any]]) -> None:
    """Note in `taken` what a poll gave."""
    for tp, batch in records.items():
        if batch:
            taken[tp] = batch[-1].offset + 1
