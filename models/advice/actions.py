"""Actions that people take, applied to a machine's state: each once, whatever comes twice."""

from collections.abc import Iterator

import msgspec

from models.advice.baseline_reset import reset_baselines
from models.advice.sisters import forget_usuals
from models.clock import to_datetime
from models.condition.recent_observations import fingerprint
from models.condition.state import MachineState
from models.learning.labelling import lessons_of
from models.observations import AcceptObserved, FindingObserved, MaintenanceObserved, RenameObserved
from models.outputs import Action, ActionKind, Lesson, Output
from models.texts.sentences import accepted_sentence, mended_sentence

__all__ = ["ActionObserved", "apply_action"]

ActionObserved = FindingObserved | MaintenanceObserved | AcceptObserved | RenameObserved

_KINDS: dict[type[ActionObserved], ActionKind] = {
    FindingObserved: "finding",
    MaintenanceObserved: "maintenance",
    AcceptObserved: "accept",
    RenameObserved: "renamed",
}


def apply_action(state: MachineState, observed: ActionObserved) -> tuple[Output, ...]:
    """Apply an action: give it to be stored, the lessons of a finding, and the alerts that are over by it."""
    mark = fingerprint(observed.time_us, observed.digest)
    if state.acts.contains(mark, observed.time_us):
        state.counts.duplicates += 1
        return ()
    time_us = state.acts.unique_time_us(observed.time_us)
    state.acts.add(mark, time_us)
    state.counts.acts += 1
    lessons = lessons_of(state, observed) if isinstance(observed, FindingObserved) else ()
    return (_action(observed, time_us, lessons), *lessons, *_consequences(state, observed))


def _consequences(state: MachineState, observed: ActionObserved) -> Iterator[Output]:
    match observed:
        case MaintenanceObserved():
            state.known.record_maintenance(observed.time_us)
            forget_usuals(state, observed.point, mended=True)
            sentence = mended_sentence(observed.by)
            yield from reset_baselines(
                state, observed.point, digest=observed.digest, sentence=sentence, mended=True
            )
        case AcceptObserved():
            forget_usuals(state, observed.point, mended=False)
            sentence = accepted_sentence(observed.by)
            yield from reset_baselines(
                state, observed.point, digest=observed.digest, sentence=sentence, mended=False
            )


def _action(observed: ActionObserved, time_us: int, lessons: tuple[Lesson, ...]) -> Action:
    action = Action(
        machine=observed.machine,
        point=observed.point,
        time=to_datetime(time_us),
        kind=_KINDS[type(observed)],
        by=observed.by,
        note=observed.note,
        done=observed.done if isinstance(observed, FindingObserved | MaintenanceObserved) else "",
        alias=observed.alias if isinstance(observed, RenameObserved) else "",
    )
    if not isinstance(observed, FindingObserved):
        return action
    since = None if observed.since_us is None else to_datetime(observed.since_us)
    return msgspec.structs.replace(
        action,
        verdict=observed.verdict,
        fault=observed.fault,
        since=since,
        alerts=tuple(each.alert for each in lessons),
    )
