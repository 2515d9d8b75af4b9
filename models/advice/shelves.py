"""What is on a shelf: which alerts it keeps from being told, what ends it early, and when it is over."""

import msgspec

from models.alarms.shelf import Shelf
from models.clock import to_datetime
from models.condition.state import MachineState
from models.outputs import Alert

__all__ = ["covering_shelf", "shelf_due_us", "with_shelf"]


def covering_shelf(state: MachineState, point: str, rule: str, level: int) -> Shelf | None:
    """Give the shelf that keeps an alert at a level from being told, of several the last to end."""
    covering = [
        each
        for each in state.shelves
        if each.until_us > state.observed_us and level <= each.level and each.covers(point, rule)
    ]
    return max(covering, key=lambda each: each.until_us, default=None)


def shelf_due_us(state: MachineState) -> int | None:
    """Give when the first shelf is over (observed time); None where there is none."""
    return min(each.until_us for each in state.shelves) if state.shelves else None


def with_shelf(state: MachineState, alert: Alert, level: int) -> Alert:
    """Give a transition as it is to be told while there are shelves; one to a level that none covers ends them.

    So does one to none (0), of those that were for one time only.
    """
    shelf = covering_shelf(state, alert.point, alert.rule, level)
    state.shelves = [
        msgspec.structs.replace(each, until_us=0) if _ends(each, alert, level) else each for each in state.shelves
    ]
    if shelf is None:
        return alert
    until = to_datetime(shelf.until_us)
    return msgspec.structs.replace(alert, shelved_until=until, shelved_by=shelf.by, shelved_reason=shelf.reason)


def _ends(shelf: Shelf, alert: Alert, level: int) -> bool:
    return shelf.covers(alert.point, alert.rule) and (shelf.level < level or (shelf.one_shot and not level))
