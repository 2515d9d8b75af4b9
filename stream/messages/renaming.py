"""Renaming as it stands in the log of actions, in one order, for whoever must know which ids are one machine's."""

from models.clock import SECOND_US
from models.errors import MessageError
from models.machinery.aliases import Aliases
from stream.messages.actions import Rename
from stream.messages.arrivals import arrived_us
from stream.messages.measurements import decode
from stream.messages.probes import PROBE_KEY
from stream.messages.topics import ACTIONS

__all__ = ["HOLDS_AFTER_S", "declare"]

HOLDS_AFTER_S = 10
"""From so long after it was said an alias holds: many times what a worker needs to hear of it."""


def declare(
    aliases: Aliases, key: bytes | None, value: bytes | None, timestamp_ms: int | None, timestamp_type: int | None
) -> str:
    """Take one record of partition 0 of `actions`; gives what is in the way of an alias, else nothing.

    What renames nothing is passed by: whoever observes it puts aside what cannot be read.
    """
    if key == PROBE_KEY:
        return ""
    try:
        action = decode(value, key=key, topic=ACTIONS)
    except MessageError:
        return ""
    if not isinstance(action, Rename):
        return ""
    appended_us = arrived_us(None if timestamp_ms is None else timestamp_ms / 1e3, timestamp_type)
    from_us = 0 if appended_us is None else appended_us + HOLDS_AFTER_S * SECOND_US
    return aliases.add(action.alias, action.machine, from_us=from_us)
