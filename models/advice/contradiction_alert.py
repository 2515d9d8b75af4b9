"""The alert of a contradiction: that facts about a machine don't agree, so that nobody can tell how it is."""

from models.advice.transitions import transition
from models.condition.state import MachineState
from models.outputs import Alert
from models.texts.contradiction import contradiction_over_sentence, contradiction_sentence

__all__ = ["CONTRADICTION_RULE", "update_contradiction_alert"]

CONTRADICTION_RULE = "contradiction"


def update_contradiction_alert(state: MachineState, time_us: int, digest: str) -> tuple[Alert, ...]:
    """Raise, clear or say anew the alert of the machine's contradiction; it is low, and says what to check."""
    contradiction = state.contradiction
    alarm = contradiction.alarm
    confirmed = contradiction.told != "" and contradiction.is_confirmed
    about = f"{contradiction.told}/{contradiction.key}" if confirmed else ""
    if about == alarm.about:
        return ()
    after_us = max(time_us, alarm.since_us + 1)
    former = _transition(state, 0, after_us, digest, alarm.about) if alarm.level else None
    raised = _transition(state, 1, after_us, digest, about) if confirmed else None
    alarm.about = about
    return tuple(alert for alert in (former, raised) if alert is not None)


def _transition(state: MachineState, level: int, time_us: int, digest: str, about: str) -> Alert | None:
    contradiction, point = state.contradiction, about.split("/", 2)[2]
    sentence = contradiction_over_sentence(point)
    if level:
        sentence = contradiction_sentence(
            point, contradiction.told, contradiction.rpm, outvoted=contradiction.outvoted
        )
    return transition(
        state,
        contradiction.alarm,
        level,
        point=point,
        rule=CONTRADICTION_RULE,
        time_us=time_us,
        value=contradiction.rpm,
        limit=0.0,
        sentence=sentence,
        observation=digest,
    )
