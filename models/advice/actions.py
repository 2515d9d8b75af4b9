"""Actions that people take, applied to a machine's state: each once, whatever comes twice."""

from collections.abc import Iterator
from typing import Any

import msgspec

from models.advice.baseline_reset import reset_baselines
from models.advice.rhythms import accept_rhythm
from models.advice.roster import change_roster, is_in_force
from models.advice.shelving import refusal, shelve, unshelve
from models.advice.sisters import forget_usuals
from models.bilingual import Bilingual
from models.clock import to_datetime
from models.condition.recent_observations import fingerprint
from models.condition.state import MachineState
from models.learning.labelling import lessons_of
from models.machinery.quiet_text import quiet_text
from models.observations import (
    AcceptObserved,
    FindingObserved,
    MaintenanceObserved,
    RenameObserved,
    RosterObserved,
    ShelveObserved,
    UnshelveObserved,
)
from models.outputs import Action, ActionKind, Lesson, Output
from models.texts.sentences import accepted_sentence, mended_sentence

__all__ = ["ActionObserved", "apply_action"]

ActionObserved = (
    FindingObserved
    | MaintenanceObserved
    | AcceptObserved
    | ShelveObserved
    | UnshelveObserved
    | RosterObserved
    | RenameObserved
)

_KINDS: dict[type[ActionObserved], ActionKind] = {
    FindingObserved: "finding",
    MaintenanceObserved: "maintenance",
    AcceptObserved: "accept",
    ShelveObserved: "shelve",
    UnshelveObserved: "unshelve",
    RenameObserved: "renamed",
}


def apply_action(state: MachineState, observed: ActionObserved) -> tuple[Output, ...]:
    """Apply an action: give it to be stored, the lessons of a finding, and the alerts that are over by it."""
    mark = fingerprint(observed.time_us, observed.digest)
    if state.acts.contains(mark, observed.time_us):
        state.counts.duplicates += 1
        return ()
    if isinstance(observed, RosterObserved) and not is_in_force(state, observed):
        return ()
    time_us = state.acts.unique_time_us(observed.time_us)
    state.acts.add(mark, time_us)
    state.counts.acts += 1
    lessons = lessons_of(state, observed) if isinstance(observed, FindingObserved) else ()
    refused = refusal(state, observed) if isinstance(observed, ShelveObserved) else None
    action = _action(observed, time_us, lessons, refused)
    return (action, *lessons, *(() if refused else _consequences(state, observed, time_us)))


def _consequences(state: MachineState, observed: ActionObserved, time_us: int) -> Iterator[Output]:
    match observed:
        case MaintenanceObserved():
            state.known.record_maintenance(observed.time_us)
            forget_usuals(state, observed.point, mended=True)
            sentence = mended_sentence(observed.by)
            yield from reset_baselines(
                state, observed.point, digest=observed.digest, sentence=sentence, mended=True
            )
        case AcceptObserved(quiet=quiet) if quiet is not None:
            yield from accept_rhythm(state, observed)
        case AcceptObserved():
            forget_usuals(state, observed.point, mended=False)
            sentence = accepted_sentence(observed.by)
            yield from reset_baselines(
                state, observed.point, digest=observed.digest, sentence=sentence, mended=False
            )
        case ShelveObserved():
            yield from shelve(state, observed)
        case UnshelveObserved():
            yield from unshelve(state, observed)
        case RosterObserved():
            yield from change_roster(state, observed, time_us)


def _action(
    observed: ActionObserved, time_us: int, lessons: tuple[Lesson, ...], refused: Bilingual | None
) -> Action:
    action = Action(
        machine=observed.machine,
        point=observed.point,
        time=to_datetime(time_us),
        kind=observed.do if isinstance(observed, RosterObserved) else _KINDS[type(observed)],
        by=observed.by,
        note=observed.note,
    )
    said: dict[str, Any] = {}
    match observed:
        case FindingObserved():
            since = None if observed.since_us is None else to_datetime(observed.since_us)
            said = {"verdict": observed.verdict, "fault": observed.fault, "done": observed.done, "since": since}
            said["alerts"] = tuple(each.alert for each in lessons)
        case MaintenanceObserved():
            said = {"done": observed.done}
        case AcceptObserved():
            said = {"done": _plan_of(observed)}
        case ShelveObserved():
            said = {"rule": observed.rule, "until": to_datetime(observed.until_us), "one_shot": observed.one_shot}
            said |= {"reason": observed.reason}
            if refused is not None:
                said |= {"refused": refused.en, "refused_zh": refused.zh}
        case UnshelveObserved():
            said = {"rule": observed.rule}
        case RenameObserved():
            said = {"alias": observed.alias}
    return msgspec.structs.replace(action, **said)


def _plan_of(observed: AcceptObserved) -> str:
    """Write the plan of silence that was accepted; empty where it was about something else."""
    if observed.quiet is None:
        return ""
    return f"--rhythm {quiet_text(observed.quiet) or 'none'}"
