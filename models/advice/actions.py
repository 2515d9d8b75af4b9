"""What people say of a machine, folded: each act once, whatever comes twice."""

from collections.abc import Iterator

import msgspec

from models.advice.baseline_reset import reset_baselines
from models.clock import to_datetime
from models.condition.recent_observations import fingerprint
from models.condition.state import MachineState
from models.learning.labelling import lessons_of
from models.observations import AcceptObserved, FindingObserved, MaintenanceObserved
from models.outputs import Action, ActionKind, Lesson, Output
from models.texts.sentences import accepted_sentence, mended_sentence

__all__ = ["ActionObserved", "apply_action"]

ActionObserved = FindingObserved | MaintenanceObserved | AcceptObserved

_KINDS: dict[type[ActionObserved], ActionKind] = {
    FindingObserved: "finding",
    MaintenanceObserved: "maintenance",
    AcceptObserved: "accept",
}


def apply_action(state: MachineState, said: ActionObserved) -> tuple[Output, ...]:
    """Take in what somebody said: an action to keep, and whatever alerts are over by it."""
    mark = fingerprint(said.time_us, said.digest)
    if state.acts.contains(mark, said.time_us):
        state.counts.duplicates += 1
        return ()
    time_us = state.acts.unique_time_us(said.time_us)
    state.acts.add(mark, time_us)
    state.counts.acts += 1
    lessons = lessons_of(state, said) if isinstance(said, FindingObserved) else ()
    return (_action(said, time_us, lessons), *lessons, *_consequences(state, said))


def _consequences(state: MachineState, said: ActionObserved) -> Iterator[Output]:
    match said:
        case MaintenanceObserved():
            state.known.mend(said.time_us)
            sentence = mended_sentence(said.by)
            yield from reset_baselines(state, said.point, digest=said.digest, sentence=sentence, mended=True)
        case AcceptObserved():
            sentence = accepted_sentence(said.by)
            yield from reset_baselines(state, said.point, digest=said.digest, sentence=sentence, mended=False)


def _action(said: ActionObserved, time_us: int, lessons: tuple[Lesson, ...]) -> Action:
    action = Action(
        machine=said.machine,
        point=said.point,
        time=to_datetime(time_us),
        kind=_KINDS[type(said)],
        by=said.by,
        note=said.note,
        done="" if isinstance(said, AcceptObserved) else said.done,
    )
    if not isinstance(said, FindingObserved):
        return action
    since = None if said.since_us is None else to_datetime(said.since_us)
    return msgspec.structs.replace(
        action, verdict=said.verdict, fault=said.fault, since=since, alerts=tuple(each.alert for each in lessons)
    )
