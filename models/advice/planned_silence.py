"""When a machine's silence is planned, and what follows from that.

A silence is by plan where the plan began before the machine was overdue, or within half an hour: what fell silent
well before that is told as ever. Nothing is excused while an alert of medium or high priority is open, nor for
longer than a tenth of the silence after the expected return: an hour at most, or one interval of a sensor that
measures more seldom.
"""

import msgspec

from models.condition.state import MachineState
from models.machinery.quiet_times import Calendar, Window, grace_us, window_at
from models.machinery.time_zone import UTC_ZONE, Zone

__all__ = ["Silence", "accepted_plan", "early_us", "is_planned", "planned_silence", "zone_of"]

_MINUTE_US = 60_000_000
_MAX_JOINED = 16
_MAX_EARLY_US = 30 * _MINUTE_US
_SERIOUS = 2


def early_us(window: Window) -> int:
    """Give how long before a planned silence one may begin: a twentieth of it, half an hour at most."""
    return min((window.end_us - window.begin_us) // 20, _MAX_EARLY_US)


class Silence(msgspec.Struct, frozen=True):
    """What a machine's silence comes to if nothing is heard (observed times, in microseconds)."""

    overdue_us: int
    """From then on it is no data."""
    told_us: int | None = None
    """When it is said to be quiet by plan; None where it isn't."""
    expected_us: int = 0
    """When data are expected back by the plan; 0: there is none."""


def planned_silence(state: MachineState, *, allowed_us: int, patience_us: int) -> Silence:
    """Give what becomes of the silence since a machine was heard last.

    `allowed_us` is how long it may be silent without a plan, `patience_us` after how long somebody would ask.
    """
    heard_us = state.heard_us
    late_us = heard_us + allowed_us + 1
    plans = () if _has_serious_alert(state) else _plans(state)
    window = (
        _window(plans, heard_us, late_us)
        or _window(plans, heard_us, heard_us)
        or _window(plans, heard_us, max(late_us, heard_us + _MAX_EARLY_US))
    )
    if window is None or max(late_us, heard_us + early_us(window)) < window.begin_us:
        return Silence(late_us)
    silence_us = window.end_us - max(window.begin_us, heard_us)
    usual_us = int(max(state.observed_interval_us, state.event_interval_us))
    slack_us = max(grace_us(silence_us), min(usual_us, silence_us // 10))
    overdue_us = max(late_us, window.end_us + slack_us)
    told_us = max(window.begin_us, heard_us + min(patience_us, allowed_us) + 1)
    return Silence(overdue_us, told_us if told_us < window.end_us else None, window.end_us)


def is_planned(calendar: Calendar | msgspec.UnsetType, begin_us: int, end_us: int) -> bool:
    """Whether most of a time is planned as quiet by people's calendar."""
    if isinstance(calendar, msgspec.UnsetType):
        return False
    if end_us - begin_us <= calendar.quiet.longest_min * _MINUTE_US:
        return True
    window = window_at(calendar, (begin_us + end_us) // 2)
    return (
        window is not None and min(end_us, window.end_us) - max(begin_us, window.begin_us) > (end_us - begin_us) / 2
    )


def zone_of(state: MachineState) -> Zone:
    """Give the plant's clock; UTC where nobody has said."""
    calendar = state.configuration.calendar
    return UTC_ZONE if isinstance(calendar, msgspec.UnsetType) else calendar.zone


def accepted_plan(state: MachineState) -> Calendar | None:
    """Give the accepted rhythm, by what the rules of its clock are today; None where there is none."""
    if state.rhythm is None or state.rhythm.accepted is None:
        return None
    accepted, zone = state.rhythm.accepted, zone_of(state)
    return accepted if accepted.zone.name != zone.name else msgspec.structs.replace(accepted, zone=zone)


def _plans(state: MachineState) -> tuple[Calendar, ...]:
    calendar, accepted = state.configuration.calendar, accepted_plan(state)
    planned = () if isinstance(calendar, msgspec.UnsetType) else (calendar,)
    return planned if accepted is None else (*planned, accepted)


def _window(plans: tuple[Calendar, ...], heard_us: int, time_us: int) -> Window | None:
    """Give the planned silence that a moment is in, by all plans together; the machine was heard at `heard_us`."""
    longest_us = max((each.quiet.longest_min for each in plans), default=0) * _MINUTE_US
    found = Window(heard_us, heard_us + longest_us) if time_us < heard_us + longest_us else None
    if found is None:
        found = next((each for plan in plans if (each := window_at(plan, time_us)) is not None), None)
    for _ in range(_MAX_JOINED if found is not None and len(plans) > (not longest_us) else 0):
        assert found is not None
        begun = [each.begin_us for plan in plans if (each := window_at(plan, found.begin_us - 1)) is not None]
        after = [each.end_us for plan in plans if (each := window_at(plan, found.end_us)) is not None]
        if not begun and not after:
            break
        found = Window(min([found.begin_us, *begun]), max([found.end_us, *after]))
    return found


def _has_serious_alert(state: MachineState) -> bool:
    """Whether an alert of medium or high priority stands."""
    if state.contradiction.alarm is not None and state.contradiction.alarm.level >= _SERIOUS:
        return True
    return any(alarm.level >= _SERIOUS for channel in state.channels.values() for alarm in channel.alarms.values())
