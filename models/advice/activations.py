"""Raw activations: how often alarms go from nothing to low or more by themselves, however few alerts tell of it.

What comes and goes is held as one alert, so the number of alerts says little of how restless alarms are. That is
what alarm management looks at (ISA-18.2 counts activations before any suppression), so they are counted apart.
"""

from models.alarms.alarm import Alarm
from models.condition.state import MachineState

__all__ = ["hold"]


def hold(state: MachineState, alarm: Alarm, level: int, time_us: int) -> int:
    """Give the level to show of an alarm that has this one by itself; where its alert is open, count if it came.

    What raises an alert is counted as that is told (`models.advice.transitions`).
    """
    if level and alarm.level and not alarm.present:
        state.counts.activations += 1
    return alarm.hold(level, time_us)
