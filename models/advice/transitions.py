"""Transitions of alarms from level to level, as the alerts that people see."""

import msgspec

from models.alarms.alarm import Alarm, alert_id
from models.bilingual import Bilingual
from models.clock import to_datetime
from models.outputs import Alert, Priority

__all__ = ["PRIORITIES", "Cause", "transition"]

PRIORITIES: tuple[Priority, Priority, Priority] = ("low", "medium", "high")


class Cause(msgspec.Struct, frozen=True, kw_only=True):
    """The cause of a transition."""

    machine: str
    point: str
    rule: str
    time_us: int
    value: float
    limit: float
    sentence: Bilingual
    configuration: str
    observation: str
    serial: int
    """How many alerts this machine has had."""


def transition(alarm: Alarm, level: int, cause: Cause, *, again: bool = False) -> Alert | None:
    """Bring an alarm to a level (0 to 3) and give the transition.

    None where nothing changed, unless something new is to be said `again` of an alert that stands.
    """
    if level == alarm.level and not (again and level):
        return None
    if alarm.level == 0:
        alarm.since_us = cause.time_us
        alarm.id = alert_id(cause.machine, cause.point, cause.rule, cause.time_us, cause.serial)
    shown = level or alarm.level
    alarm.level = level
    return Alert(
        id=alarm.id,
        machine=cause.machine,
        point=cause.point,
        time=to_datetime(cause.time_us),
        rule=cause.rule,
        state="active" if level else "cleared",
        priority=PRIORITIES[shown - 1],
        value=cause.value,
        limit=cause.limit,
        text=cause.sentence.en,
        text_zh=cause.sentence.zh,
        since=to_datetime(alarm.since_us),
        configuration=cause.configuration,
        observation=cause.observation,
        count=alarm.comings,
    )
