"""A point whose first stamps were wild begins again: a recording may open with a clock that was years ahead.

Where arrivals tell nothing, the first stamps of a point are believed, as nothing speaks against them. Once more
have come that agree with each other and are years behind than it has learned from, the first were wrong.
"""

from models.condition.channel import Channel, new_channel
from models.condition.operating_state import OperatingState
from models.condition.sender_clock import FAR_US, SenderClock
from models.condition.state import MachineState
from models.condition.uptime import RunTime

__all__ = ["begin_again"]

_KEPT = ("point", "measurement", "recent", "heard", "sensor")


def begin_again(state: MachineState, channel: Channel, time_us: int) -> None:
    """Forget what a point has been told by wild stamps, where that is less than what contradicts it."""
    clock, newest_us = channel.clock, channel.newest_us
    learned = sum(each.learned for each in channel.baselines_by_regime.values())
    if newest_us is None or time_us >= newest_us - FAR_US or not clock.outweighs(learned):
        return
    if any(alarm.level for alarm in channel.alarms.values()):
        return  # what stands is not taken back by a clock
    fresh = new_channel(channel.point, channel.measurement)
    for name in channel.__struct_fields__:
        if name not in _KEPT:
            setattr(channel, name, getattr(fresh, name))
    channel.clock = SenderClock(finding=clock.finding, ahead_us=clock.ahead_us, alarm=clock.alarm)
    others = [each.newest_us for each in state.channels.values() if each.newest_us is not None]
    state.time_us = max(others, default=None)
    if state.time_us is None or state.time_us < newest_us - FAR_US:
        state.operation, state.run_time = OperatingState(), RunTime()
        state.operation.runs.configure(state.configuration.machine.start_s)
