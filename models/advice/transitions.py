"""Transitions of alarms from level to level, as the alerts that people see."""

from models.advice.shelves import with_shelf
from models.alarms.alarm import Alarm, alert_id
from models.bilingual import Bilingual
from models.clock import to_datetime
from models.condition.state import MachineState
from models.outputs import Alert, Priority

__all__ = ["PRIORITIES", "transition"]

PRIORITIES: tuple[Priority, Priority, Priority] = ("low", "medium", "high")


def transition(
    state: MachineState,
    alarm: Alarm,
    level: int,
    *,
    point: str,
    rule: str,
    time_us: int,
    value: float,
    limit: float,
    sentence: Bilingual,
    observation: str,
    again: bool = False,
    past: bool = False,
) -> Alert | None:
    """Bring one of a machine's alarms to a level (0 to 3), as `value` against `limit` asks; give the transition.

    None where nothing changed, unless something new is to be said `again` of an alert that stands. An alert that
    begins is counted; `observation` is the digest of what caused it. One that stands is never told at a time before
    what was told of it apart from measurements, unless it is told as `past`.
    """
    if level == alarm.level and not (again and level):
        return None
    if alarm.level and time_us <= state.shelved_us and not past:
        time_us = state.shelved_us = state.shelved_us + 1
    if alarm.level == 0:
        state.raised += 1
        state.counts.activations += 1
        alarm.since_us = time_us
        alarm.id = alert_id(state.machine, point, rule, time_us, state.raised)
    shown = level or alarm.level
    alarm.level = level
    alert = Alert(
        id=alarm.id,
        machine=state.machine,
        point=point,
        time=to_datetime(time_us),
        rule=rule,
        state="active" if level else "cleared",
        priority=PRIORITIES[shown - 1],
        value=value,
        limit=limit,
        text=sentence.en,
        text_zh=sentence.zh,
        since=to_datetime(alarm.since_us),
        configuration=state.version,
        observation=observation,
        count=alarm.comings,
    )
    return with_shelf(state, alert, level) if state.shelves else alert
