"""No data: a machine that is silent for much longer than usual, of which nobody can say how it is.

Where its silence is planned, that is said instead (`models.advice.planned_silence`), until it is overdue by that.
"""

import msgspec

from models.advice.activations import hold
from models.advice.planned_silence import Silence, planned_silence, zone_of
from models.advice.recurring import with_recurrence
from models.advice.transitions import transition
from models.bilingual import Bilingual
from models.clock import HOUR_US, MINUTE_US, SECOND_US, to_datetime
from models.condition.rhythm import Rhythm
from models.condition.state import MachineState
from models.outputs import Alert
from models.texts.planned import overdue_sentence
from models.texts.sentences import data_back_sentence, no_data_sentence

__all__ = [
    "MIN_SILENCE_US",
    "allowed_silence_us",
    "clear_no_data",
    "raise_no_data",
    "record_arrival",
    "silence_due_us",
    "silence_of",
    "silence_time_us",
]

MIN_SILENCE_US = 5 * MINUTE_US
_TIMES_USUAL, _TIMES_PATIENT = 10, 3
_GAIN = 0.05
_TIMES_STANDING, _STOPPING_PART = 3.0, 1.25
_MAX_STANDING_GAP_US, _MAX_STOPPING_US = HOUR_US, 15 * MINUTE_US
_LONGER_GAIN, _SHORTER_GAIN = 0.8, 0.01


def allowed_silence_us(state: MachineState) -> int:
    """Give how long a machine may be silent: five minutes, or ten of its usual intervals where that is longer.

    A gateway that gathers may be silent for as long as it does that (`models.condition.uploads`), and many a sensor
    sends more seldom while its machine stands.

    The usual interval is the greater of its running means in observed and in event time, so that a backlog sent at
    once doesn't make a machine look talkative.
    """
    return _silence_us(state, state.uploads.allowed_us(state.observed_us))


def _silence_us(state: MachineState, gathered_us: int, times_usual: int = _TIMES_USUAL) -> int:
    usual = max(state.observed_interval_us, state.event_interval_us)
    allowed_us = max(MIN_SILENCE_US, int(times_usual * usual), gathered_us)
    return max(allowed_us, _while_standing_us(state)) if state.standing_gap_us else allowed_us


def _while_standing_us(state: MachineState) -> int:
    """Give how long a machine may be silent that sends more seldom while it stands.

    Three of those gaps while it stands. One that runs may have stopped a moment ago, and says so only with the next
    word from its standstill: that is waited for, if it takes no longer than a quarter of an hour.
    """
    if state.operation.stood_us is not None:
        return int(_TIMES_STANDING * state.standing_gap_us)
    return int(min(_STOPPING_PART * state.standing_gap_us, _MAX_STOPPING_US))


def _record_standing(state: MachineState, gap_us: int) -> None:
    """Note how long nothing came from a machine that stood; it follows the longer ones, as points come together.

    An outage counts twice the usual one at most.
    """
    usual_us = state.standing_gap_us
    longest_us = min(2 * usual_us or _MAX_STANDING_GAP_US, _MAX_STANDING_GAP_US)
    gain = _LONGER_GAIN if gap_us > usual_us else _SHORTER_GAIN
    state.standing_gap_us += gain * (min(gap_us, longest_us) - usual_us)


def record_arrival(state: MachineState, observed_us: int, event_advance_us: int) -> None:
    """Note that a measurement came, the machine's event time going on by `event_advance_us`.

    A gap counts as what is allowed at most: one long outage doesn't make the next one usual.
    """
    accepted = state.counts.accepted
    if accepted > 1:
        gain = max(1.0 / (accepted - 1), _GAIN)
        silent_us = observed_gap_us = max(0, observed_us - state.heard_us)
        event_gap_us = event_advance_us
        if silent_us > MIN_SILENCE_US or event_advance_us > MIN_SILENCE_US:
            longest_us = allowed_silence_us(state)
            observed_gap_us, event_gap_us = min(silent_us, longest_us), min(event_advance_us, longest_us)
        state.heard_for_us += observed_gap_us
        if state.operation.stood_us is not None:
            _record_standing(state, max(0, observed_us - state.heard_us))
        state.observed_interval_us += gain * (observed_gap_us - state.observed_interval_us)
        state.event_interval_us += gain * (event_gap_us - state.event_interval_us)
        state.uploads.record(observed_us, silent_us, event_advance_us)
    state.heard_us = observed_us


def silence_due_us(state: MachineState) -> int | None:
    """Give the observed time at which a machine's silence next needs a tick; None before the next measurement.

    That is when it is to be said that it is quiet by plan, and when it is overdue. A tick then, or later, leaves
    a later one or None.
    """
    if state.time_us is None or state.silence.present:
        return None
    silence = silence_of(state)
    return silence.overdue_us if _is_told(state, silence) else min(silence.told_us or 0, silence.overdue_us)


def silence_of(state: MachineState) -> Silence:
    """Give what becomes of the silence that lasts; the habit of a gateway that gathers may end before it does."""
    gathered_us, until_us = state.uploads.allowed_us(state.observed_us), state.uploads.known_until_us
    allowed_us = _silence_us(state, gathered_us)
    if gathered_us and state.heard_us + allowed_us > until_us:
        allowed_us = min(allowed_us, max(_silence_us(state, 0), until_us - state.heard_us))
    return planned_silence(
        state, allowed_us=allowed_us, patience_us=_silence_us(state, gathered_us, _TIMES_PATIENT)
    )


def _is_told(state: MachineState, silence: Silence) -> bool:
    """Whether nothing is to be said of a plan, or has been."""
    if silence.told_us is None or silence.told_us >= silence.overdue_us:
        return True
    return state.rhythm is not None and state.rhythm.expected_us == silence.expected_us


def silence_time_us(state: MachineState) -> int:
    """Give the time of what is said of a silence: just behind all that was measured, and what was said before."""
    said = state.rhythm.said if state.rhythm is not None else 0
    return max(state.time_us or 0, state.shelved_us) + max(1, said)


def raise_no_data(state: MachineState) -> list[Alert] | None:
    """Raise `no_data` where the machine has been silent for too long by now (observed time); None where it isn't.

    Of silences that come and go one alert stays open, and the next gives none. Nor does one that is quiet by plan,
    of which it is noted that it is to be said.
    """
    if state.time_us is None or state.silence.present:
        return None
    now_us, silence = state.observed_us, silence_of(state)
    if now_us < silence.overdue_us:
        if _is_told(state, silence) or now_us < (silence.told_us or 0):
            return None
        rhythm = state.rhythm = state.rhythm or Rhythm()
        rhythm.expected_us, rhythm.said = silence.expected_us, rhythm.said + 1
        return []
    if state.rhythm is not None and state.rhythm.said:
        state.rhythm.said += 1
    if hold(state, state.silence, 1, now_us) == state.silence.level:
        return []
    silent_s = (now_us - state.heard_us) / SECOND_US
    allowed_s = (silence.overdue_us - 1 - state.heard_us) / SECOND_US
    sentence = no_data_sentence(silent_s, allowed_s)
    if silence.expected_us:
        sentence = overdue_sentence(silent_s, silence.expected_us, zone_of(state))
    return _transition(state, 1, silence_time_us(state), silent_s, allowed_s, sentence, "tick")


def clear_no_data(state: MachineState, time_us: int, digest: str, silent_us: int) -> list[Alert]:
    """Clear `no_data` because data have come back; where that comes and goes, once they have for long enough.

    What was said of a planned silence is over too.
    """
    rhythm = state.rhythm
    if state.silence.present or (rhythm is not None and rhythm.said):
        for channel in state.channels.values():
            channel.interrupted = True
    if rhythm is not None:
        rhythm.expected_us = rhythm.said = 0
    if not state.silence.level:
        return []
    if state.silence.hold(0, state.observed_us):
        return []
    silent_s, allowed_s = silent_us / SECOND_US, allowed_silence_us(state) / SECOND_US
    after_us = max(time_us, state.silence.since_us + 1)  # late data must not take the place of what raised it
    if after_us > time_us:
        state.shelved_us = max(state.shelved_us, after_us - 1) + 1  # nor the next of what ends it
        after_us = state.shelved_us
    return _transition(state, 0, after_us, silent_s, allowed_s, data_back_sentence(), digest)


def _transition(
    state: MachineState,
    level: int,
    time_us: int,
    silent_s: float,
    allowed_s: float,
    sentence: Bilingual,
    digest: str,
) -> list[Alert]:
    alert = transition(
        state,
        state.silence,
        level,
        point="",
        rule="no_data",
        time_us=time_us,
        value=silent_s,
        limit=allowed_s,
        sentence=with_recurrence(sentence, state, None, "no_data", level),
        observation=digest,
    )
    noticed = to_datetime(state.observed_us)  # with the value it tells when the machine was heard, by that clock
    return [] if alert is None else [msgspec.structs.replace(alert, noticed=noticed)]
