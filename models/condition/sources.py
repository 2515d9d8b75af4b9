"""Which messages a machine has folded already, told by where they stood and when the broker took them in.

An offset means something only within one life of a topic: one that was deleted and made anew counts from 0 again,
and so does that of another broker. So each life is remembered by itself where the topic's id is known, and within
what counts as one life a message is a repeat only if it was appended no later than the newest one that was folded.
"""

from models.condition.state import MachineState
from models.observations import Observation, Source

__all__ = ["is_repeated", "was_folded"]

_MAX_SOURCES = 16


def was_folded(state: MachineState, observation: Observation) -> bool:
    """Say whether the message that an observation was made of has been folded before, and remember it if not.

    Where the broker's append time is unknown, offsets alone decide. What older versions remembered has no append
    time: whatever was appended after the machine was last heard cannot be among it.
    """
    source, arrived_us = observation.source, observation.arrived_us
    if source is None:
        return False
    key = _key(source)
    known = _known(state, source)
    highest = state.offsets.get(known, -1)
    repeated_place = source.offset <= highest
    if repeated_place and (arrived_us is None or arrived_us <= state.appended_us.get(known, state.heard_us)):
        _remember(state, known, highest, state.appended_us.get(known))
        return True
    # What was read had been appended by then. A broker's clock that steps back makes no new life of what follows.
    appended_us = observation.observed_us if arrived_us is None else arrived_us
    if known == key and not repeated_place:
        appended_us = max(appended_us, state.appended_us.get(key, 0))
    _remember(state, key, source.offset, appended_us)
    return False


def is_repeated(state: MachineState, observation: Observation) -> bool:
    """Say whether `was_folded` would say so, and remember nothing."""
    source, arrived_us = observation.source, observation.arrived_us
    if source is None:
        return False
    known = _known(state, source)
    return source.offset <= state.offsets.get(known, -1) and (
        arrived_us is None or arrived_us <= state.appended_us.get(known, state.heard_us)
    )


def _known(state: MachineState, source: Source) -> str:
    key = _key(source)
    return key if key in state.offsets else _key(source, of_any_life=True)


def _key(source: Source, *, of_any_life: bool = False) -> str:
    place = f"{source.topic}/{source.partition}"
    return place if of_any_life or not source.topic_id else f"{place}@{source.topic_id}"


def _remember(state: MachineState, key: str, offset: int, arrived_us: int | None) -> None:
    """Put a source last, and forget the one that was longest not heard of beyond the most there may be."""
    state.offsets.pop(key, None)
    state.appended_us.pop(key, None)
    state.offsets[key] = offset
    if arrived_us is not None:
        state.appended_us[key] = arrived_us
    if len(state.offsets) > _MAX_SOURCES:
        oldest = next(iter(state.offsets))
        del state.offsets[oldest]
        state.appended_us.pop(oldest, None)
