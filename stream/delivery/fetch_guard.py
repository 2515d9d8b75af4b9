"""Guards what is fetched: aiokafka asks for offsets of a topic's name, and takes whatever life of it answers.

Two moments tell that it may be another. An offset that is out of range is told to whoever knows what that means;
aiokafka by itself would begin anew, and Faust would drop what lies below the place that it had read to. And where
nobody has looked into a partition for a moment (its agent was busy, the process was frozen), a new life may have
overtaken the old place meanwhile: so the broker is asked which life it is before it is read on.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection
from typing import Any

from aiokafka import TopicPartition

__all__ = ["UNSEEN_S", "guard_fetches"]

UNSEEN_S = 0.25
"""What was looked into more recently cannot have been made anew and overtaken: a fetch would have failed."""

_AGAIN_S = 0.5


def guard_fetches(
    fetcher: Any,  # noqa: ANN401 -- aiokafka's Fetcher, which has no types
    is_same_life: Callable[[Collection[str]], Awaitable[bool]],
    out_of_range: Callable[[TopicPartition, int], None],
) -> None:
    """Let a fetcher ask before it reads on where nobody looked for a moment, and tell of offsets not there.

    `is_same_life` gets the topics of which that is so.
    """
    fetch = fetcher._proc_fetch_request  # noqa: SLF001 -- one request to one broker, and what comes of its answer
    seen_s: dict[TopicPartition, float] = {}
    seen_in: Any = None

    async def guarded(assignment: Any, node_id: int, request: Any) -> Any:  # noqa: ANN401 -- as above
        nonlocal seen_in
        if seen_in is not assignment:
            seen_in = assignment
            seen_s.clear()
        asked = {
            TopicPartition(topic, number): offset
            for topic, partitions in request.topics
            for number, offset, _ in partitions
        }
        latest_s = time.monotonic() - UNSEEN_S
        try:
            unseen = {tp.topic for tp in asked if seen_s.get(tp, 0.0) < latest_s}
            if unseen and not await is_same_life(unseen):
                await asyncio.sleep(_AGAIN_S)
                return False
        except asyncio.CancelledError:  # the fetcher has no more use for it, and wants no error
            return False
        began_s, before = time.monotonic(), {tp: _answered_at(assignment, tp) for tp in asked}
        fetched = await fetch(assignment, node_id, request)
        if assignment.active:
            for tp, offset in asked.items():
                if _answered_at(assignment, tp) != before[tp]:
                    seen_s[tp] = began_s  # an answer may have lain here for long
                if assignment.state_value(tp).awaiting_reset:
                    out_of_range(tp, offset)
        return fetched

    fetcher._proc_fetch_request = guarded  # noqa: SLF001


def _answered_at(assignment: Any, tp: TopicPartition) -> Any:  # noqa: ANN401 -- aiokafka's, without types
    return assignment.state_value(tp).timestamp
