"""Which point of a machine has fallen silent while others go on."""

from models.condition.channel import Channel
from models.condition.recent_observations import RECENT_US
from models.condition.state import MachineState
from models.outputs import Guard

__all__ = ["record_presence", "silence_guard", "silent_channel"]


def record_presence(state: MachineState, channel: Channel, time_us: int, *, in_order: bool) -> None:
    """Note that a point was heard, before that moves its own time.

    Those are watched that tell most of a machine: vibration, and readings that are levels of it, which is what has
    baselines.
    """
    presence, heard_for_us = channel.presence, state.heard_for_us
    if in_order and presence.is_due(heard_for_us, time_us):
        judged = channel.ready and bool(channel.baselines)
        presence.update(heard_for_us, time_us, channel.newest_us, channel.recent.times_us, judged=judged)
    presence.heard_for_us = heard_for_us


def silence_guard(state: MachineState) -> Guard | None:
    """Give the guard that says that a point has fallen silent; None where none has.

    A point that was heard is missed half an hour later at the soonest, so there is no need to look each time.
    """
    heard_for_us = state.heard_for_us
    if heard_for_us <= state.missed_from_us:
        return None
    missed_us = [
        channel.presence.missed_from_us(stood=channel.stopped)
        for channel in state.channels.values()
        if channel.presence.watched
    ]
    state.missed_from_us = min([heard_for_us + RECENT_US, *missed_us])
    return "silent" if state.missed_from_us < heard_for_us else None


def silent_channel(state: MachineState) -> Channel | None:
    """Give the point that is missed, of several the one that has been silent for longest; None where none is."""
    silent = [
        channel
        for channel in state.channels.values()
        if channel.presence.watched and channel.presence.missed_from_us(stood=channel.stopped) < state.heard_for_us
    ]
    return min(silent, key=_since_and_name) if silent else None


def _since_and_name(channel: Channel) -> tuple[float, str, str]:
    return channel.presence.heard_for_us, channel.point, channel.measurement
