"""The room for what has been fetched and not yet been taken: messages may have megabytes, so bytes are counted.

Three places hold such bytes: a broker's answer on its way, what aiokafka has received and Faust has not asked for,
and the queues of Faust's agents, which count messages alone. With up to three brokers all of it stays below 128 MB.
An input that has little there goes on beside one that has much, and what the fold reads is never held back.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from stream.messages.topics import INPUTS, MAXIMUM_MESSAGE_BYTES

__all__ = ["ANSWER_BYTES", "QUEUED", "RECEIVED", "Room", "hold_back_inputs", "queued_bytes", "received_bytes"]

_MIB = 1024 * 1024
ANSWER_BYTES = MAXIMUM_MESSAGE_BYTES + _MIB
"""One broker's answer at most; the largest message fits."""


class Room:
    """Bytes from which on no more is taken: of one input, and of all of them."""

    def __init__(self, of_each: int, of_all: int) -> None:
        self.of_each, self.of_all = of_each, of_all

    def full(self, held: Mapping[str, int]) -> frozenset[str]:
        """Name the inputs of which no more is to be taken, by what is held of each topic."""
        if sum(held.values()) >= self.of_all:
            return frozenset(INPUTS)
        return frozenset(topic for topic in INPUTS if held.get(topic, 0) >= self.of_each)


RECEIVED = Room(4 * _MIB, 16 * _MIB)
"""For what aiokafka has received: a full input is asked for no more."""
QUEUED = Room(8 * _MIB, 32 * _MIB)
"""For what waits in the agents' queues: the agent of a full input is given no more."""


class _Without:
    """An assignment as aiokafka's fetcher looks at it, without some topics."""

    def __init__(self, assignment: Any, topics: AbstractSet[str]) -> None:  # noqa: ANN401 -- aiokafka has no types
        self.tps = [tp for tp in assignment.tps if tp.topic not in topics]
        self.state_value: Callable[[Any], Any] = assignment.state_value


def hold_back_inputs(fetcher: Any, room: Room = RECEIVED) -> None:  # noqa: ANN401
    """Let aiokafka's fetcher ask for no more of an input while it holds so many bytes that nobody has taken."""
    decide = fetcher._get_actions_per_node  # noqa: SLF001 -- asked each time before it does anything

    def decide_within_room(assignment: Any) -> Any:  # noqa: ANN401
        full = room.full(received_bytes(fetcher))
        return decide(_Without(assignment, full) if full else assignment)

    fetcher._get_actions_per_node = decide_within_room  # noqa: SLF001


def received_bytes(fetcher: Any) -> Counter[str]:  # noqa: ANN401
    """Count by topic the answers of which something is left: one that is used up in part still holds it all."""
    held: Counter[str] = Counter()
    for tp, result in tuple(fetcher._records.items()):  # noqa: SLF001
        left = getattr(result, "_partition_records", None)  # an error has none
        if left is not None:
            held[tp.topic] += left._records.size_in_bytes()  # noqa: SLF001
    return held


def queued_bytes(channels: Iterable[tuple[Any, AbstractSet[Any]]]) -> dict[str, int]:
    """Count by topic what waits in the queues of Faust's channels, of which a topic's partitions share one."""
    queues = {(tp.topic, id(channel.queue)): channel.queue for tp, some in channels for channel in some}
    held: Counter[str] = Counter()
    for (topic, _), queue in queues.items():
        held[topic] += sum(len(event.message.value or b"") for event in queue._queue)  # noqa: SLF001 -- not to take it
    return held
