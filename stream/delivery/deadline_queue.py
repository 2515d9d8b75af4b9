"""A queue of machines by when each is due: a heap whose entries are mended only when they come up.

A machine that sends every second puts its deadline off every second. So one that is put off keeps its place, which
is too early, and gets its right one when its turn comes; only one that is due earlier than it stands takes a place
more. What is asked is the head, so a look at a queue in which nothing is due costs the same however long it is.
"""

import heapq
from collections.abc import Iterator

__all__ = ["DeadlineQueue"]

_SPARE = 64


class DeadlineQueue:
    """When each machine is due, in any unit that only grows.

    >>> queue = DeadlineQueue()
    >>> queue.put("fan", 30), queue.put("pump", 20), queue.put("pump", 40)
    (None, None, None)
    >>> list(queue.pop_due(35)), queue.next_due
    (['fan'], 40)
    """

    def __init__(self) -> None:
        self._due: dict[str, int] = {}
        self._heap: list[tuple[int, str]] = []
        self._place: dict[str, int] = {}
        """The earliest place of each in the heap, never later than it is due; others of it are void."""

    def __len__(self) -> int:
        return len(self._due)

    @property
    def places(self) -> int:
        """How many places are taken, void ones too: of the order of the machines in it."""
        return len(self._heap)

    @property
    def next_due(self) -> int | None:
        """When the first is due; None where none is."""
        return min(self._due.values(), default=None)

    def put(self, machine: str, due: int) -> None:
        """Let a machine be due at a time, whenever it was before."""
        self._due[machine] = due
        place = self._place.get(machine)
        if place is None or due < place:
            self._take_place(machine, due)

    def remove(self, machine: str) -> None:
        """Let a machine never be due."""
        self._due.pop(machine, None)

    def pop_due(self, now: int) -> Iterator[str]:
        """Give the machines that are due, the longest due first, and take each out."""
        while self._heap and self._heap[0][0] <= now:
            place, machine = heapq.heappop(self._heap)
            if self._place.get(machine) != place:
                continue
            del self._place[machine]
            due = self._due.get(machine)
            if due is None:
                continue
            if due > now:
                self._take_place(machine, due)
                continue
            del self._due[machine]
            yield machine

    def _take_place(self, machine: str, place: int) -> None:
        if len(self._heap) > 2 * len(self._due) + _SPARE:
            self._heap = [(due, each) for each, due in self._due.items() if each != machine]
            heapq.heapify(self._heap)
            self._place = {each: due for due, each in self._heap}
        self._place[machine] = place
        heapq.heappush(self._heap, (place, machine))
