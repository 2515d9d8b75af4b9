"""What health says of a machine that is quiet by plan: never that it is sound, and when data are expected back."""

import msgspec

from models.bilingual import Bilingual
from models.condition.state import MachineState
from models.machinery.time_zone import UTC_ZONE
from models.outputs import Guard, Status
from models.texts.planned import planned_sentence

__all__ = ["is_quiet_by_plan", "planned_reason"]


def is_quiet_by_plan(state: MachineState) -> bool:
    """Whether a silence lasts of which it was said that it is planned, and which isn't overdue."""
    return state.rhythm is not None and bool(state.rhythm.expected_us) and not state.silence.present


def planned_reason(state: MachineState, why: Status | None, guard: Guard | None) -> Bilingual | None:
    """Say when data are expected back; None where the score is withheld for another reason."""
    if why != "not_judged" or guard != "planned" or state.rhythm is None:
        return None
    calendar = state.configuration.calendar
    zone = UTC_ZONE if isinstance(calendar, msgspec.UnsetType) else calendar.zone
    return planned_sentence(state.rhythm.expected_us, state.observed_us, zone)
