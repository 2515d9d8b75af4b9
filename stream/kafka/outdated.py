"""Committed positions that mean nothing any more, because their topic was made anew or has lost its end.

A committed offset means something only within the life of the topic in which it was committed, so each carries the
topic's id as its metadata. Older versions committed none; then only an offset beyond the end shows.
"""

from collections.abc import Mapping
from typing import NamedTuple

from stream.kafka.topic_reader import Place, Span

__all__ = ["Committed", "outdated"]


class Committed(NamedTuple):
    """What a group has committed for one partition."""

    offset: int
    topic_id: str = ""


def outdated(
    committed: Mapping[Place, Committed], held: Mapping[Place, Span], ids: Mapping[str, str]
) -> dict[Place, str]:
    """Give the partitions whose committed offset belongs to another life, or lies beyond the end, each with why.

    >>> outdated({("vibration", 3): Committed(200, "a")}, {("vibration", 3): Span(0, 300)}, {"vibration": "b"})
    {('vibration', 3): 'was made anew'}
    >>> outdated({("vibration", 3): Committed(200)}, {("vibration", 3): Span(0, 100)}, {"vibration": "b"})
    {('vibration', 3): 'was made anew or lost its end (it ends at 100, and had been read to 200)'}
    >>> outdated({("vibration", 3): Committed(200, "b")}, {("vibration", 3): Span(0, 200)}, {"vibration": "b"})
    {}
    """
    reasons = {}
    for place, at in committed.items():
        now = ids.get(place[0], "")
        known = bool(at.topic_id and now)
        if known and at.topic_id != now:
            reasons[place] = "was made anew"
        elif place in held and at.offset > held[place].end:
            lost = "lost its end" if known else "was made anew or lost its end"
            reasons[place] = f"{lost} (it ends at {held[place].end}, and had been read to {at.offset})"
    return reasons
