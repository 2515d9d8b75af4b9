"""Rhythms of silence: what is silent in the same way time and again is proposed as a plan, and counts if accepted.

Silences are counted as they were heard (observed time, or the broker's where that is known), for that is when
nothing comes: of a gateway that gathers, what was measured meanwhile comes late, and whether anybody need look is
asked of what comes. After a time in which the worker was away, the broker's times show that nothing was silent.
"""

from collections.abc import Iterator

from models.advice.no_data import allowed_silence_us, silence_of, silence_time_us
from models.advice.planned_silence import accepted_plan, early_us, is_planned, zone_of
from models.advice.transitions import transition
from models.bilingual import Bilingual
from models.clock import DAY_US, MINUTE_US
from models.condition.rhythm import Rhythm
from models.condition.rhythm_learning import differs, learned_rhythm
from models.condition.state import MachineState
from models.machinery.quiet_times import Calendar, Window, grace_us, next_window, window_at
from models.observations import AcceptObserved
from models.outputs import Alert
from models.texts.planned import lapsed_sentence, plan_accepted_sentence, proposed_sentence

__all__ = ["RHYTHM_RULE", "accept_rhythm", "follow_rhythm", "restated_rhythm"]

RHYTHM_RULE = "rhythm"
_MIN_RECORDED_US = 15 * MINUTE_US
_MAX_MISSED = 4
"""Of the last six planned silences: from so many on a rhythm no longer holds."""
_SLEPT_PART = 0.5
_TIMES_LONGEST = 8
_RESTING_US = 90 * DAY_US
_LOW = 1


def follow_rhythm(state: MachineState, arrived_us: int | None, silent_us: int, digest: str) -> list[Alert]:
    """Follow a machine's silences: called when a measurement has come, after so long a silence (observed time).

    `arrived_us` is when the broker had it, where that is known.
    """
    rhythm, now_us = state.rhythm, state.observed_us
    begin_us = now_us - silent_us
    end_us = now_us if arrived_us is None else min(now_us, arrived_us)
    silent_us = end_us - begin_us
    alerts: list[Alert] = []
    if rhythm is not None and rhythm.accepted is not None and _no_longer_holds(state, rhythm, begin_us, end_us):
        alerts += _lapse(state, rhythm, digest)
    is_first = begin_us <= 0
    if is_first or silent_us <= max(_MIN_RECORDED_US, allowed_silence_us(state)):
        return alerts
    if is_planned(state.configuration.calendar, begin_us, end_us):
        return alerts
    rhythm = state.rhythm = rhythm or Rhythm()
    return alerts + _propose(state, rhythm, digest) if rhythm.record(begin_us, end_us) else alerts


def accept_rhythm(state: MachineState, observed: AcceptObserved) -> Iterator[Alert]:
    """Take a rhythm as a machine's plan from here on, or none.

    What told of it is over, and so is an alert of silence that it excuses, or that data have ended meanwhile.
    """
    assert observed.quiet is not None
    rhythm = state.rhythm = state.rhythm or Rhythm()
    withdrawn = not (observed.quiet.weekly or observed.quiet.longest_min)
    rhythm.accepted = None if withdrawn else Calendar(zone_of(state), observed.quiet)
    rhythm.proposed, rhythm.missed, rhythm.slept = None, [], False
    rhythm.resting_us = state.observed_us + _RESTING_US if withdrawn else 0
    rhythm.check_us = 0
    if rhythm.accepted is not None:
        rhythm.check_us = _next_check_us(rhythm.accepted, state.observed_us)
    sentence = plan_accepted_sentence(observed.by, withdrawn=withdrawn)
    yield from _tell(state, rhythm, 0, 0.0, sentence, observed.digest)
    if withdrawn or not state.silence.level:
        return
    if not state.silence.present or state.observed_us < silence_of(state).overdue_us:
        yield from _end_silence_alert(state, sentence, observed.digest)


def restated_rhythm(state: MachineState) -> tuple[float, float, Bilingual]:
    """Give value, limit and sentence of what stands open about a machine's rhythm, as they are now."""
    rhythm, zone = state.rhythm or Rhythm(), zone_of(state)
    if rhythm.proposed is None:
        said = Bilingual("Its accepted rhythm no longer holds.", "已确认的静默规律不再成立。")
        return 0.0, float(_MAX_MISSED), said
    learned = learned_rhythm(rhythm.spans, zone)
    count = 0 if learned is None else learned.count
    return float(count), float(_MAX_MISSED), proposed_sentence(rhythm.proposed, count, state.machine, zone)


def _end_silence_alert(state: MachineState, sentence: Bilingual, digest: str) -> Iterator[Alert]:
    """Clear the alert of a silence, or of silences that come and go: they are planned now."""
    if state.silence.recurrence is not None:
        state.silence.recurrence.lapse(state.observed_us)
    alert = transition(
        state,
        state.silence,
        0,
        point="",
        rule="no_data",
        time_us=max(silence_time_us(state), state.silence.since_us) + 1,
        value=0.0,
        limit=0.0,
        sentence=sentence,
        observation=digest,
    )
    if alert is not None:
        yield alert


def _propose(state: MachineState, rhythm: Rhythm, digest: str) -> list[Alert]:
    """Propose the rhythm that the last silences have, unless it is accepted, proposed or declined already."""
    if state.observed_us < rhythm.resting_us:
        return []
    zone = zone_of(state)
    learned = learned_rhythm(rhythm.spans, zone)
    if learned is None or (rhythm.accepted is not None and not differs(rhythm.accepted.quiet, learned.quiet)):
        if rhythm.proposed is None:
            return []
        rhythm.proposed = None
        return _tell(state, rhythm, 0, 0.0, Bilingual("Its silences follow no rhythm.", "静默不再有规律。"), digest)
    if rhythm.proposed is not None and not differs(rhythm.proposed, learned.quiet):
        return []
    rhythm.proposed = learned.quiet
    sentence = proposed_sentence(learned.quiet, learned.count, state.machine, zone)
    return _tell(state, rhythm, _LOW, float(learned.count), sentence, digest)


def _lapse(state: MachineState, rhythm: Rhythm, digest: str) -> list[Alert]:
    """Let an accepted rhythm excuse nothing any more, and say so."""
    assert rhythm.accepted is not None
    accepted, missed, of = rhythm.accepted, sum(rhythm.missed), max(1, len(rhythm.missed))
    rhythm.accepted, rhythm.proposed, rhythm.missed, rhythm.check_us = None, None, [], 0
    sentence = lapsed_sentence(accepted.quiet, missed, of, state.machine, accepted.zone)
    return _tell(state, rhythm, _LOW, float(missed), sentence, digest)


def _tell(
    state: MachineState, rhythm: Rhythm, level: int, value: float, sentence: Bilingual, digest: str
) -> list[Alert]:
    """Say something of the rhythm, behind all that was said of it before."""
    rhythm.told_us = max(state.time_us or 0, rhythm.told_us + 1, state.shelved_us + 1)
    alert = transition(
        state,
        rhythm.alarm,
        level,
        point="",
        rule=RHYTHM_RULE,
        time_us=rhythm.told_us,
        value=value,
        limit=float(_MAX_MISSED),
        sentence=sentence,
        observation=digest,
        again=True,
    )
    return [] if alert is None else [alert]


def _no_longer_holds(state: MachineState, rhythm: Rhythm, begin_us: int, end_us: int) -> bool:
    """Whether an accepted rhythm has come otherwise too often, with what was silent just now."""
    plan = accepted_plan(state)
    assert plan is not None
    longest_us = plan.quiet.longest_min * MINUTE_US
    if longest_us and end_us - begin_us > longest_us * _SLEPT_PART:
        rhythm.record_outcome(missed=end_us - begin_us > longest_us + grace_us(longest_us))
        rhythm.check_us = _next_check_us(plan, end_us)
    elif longest_us and not plan.quiet.weekly and end_us >= rhythm.check_us:
        rhythm.missed = [True] * _MAX_MISSED  # it isn't silent any more
    elif plan.quiet.weekly:
        _follow_week(state, rhythm, plan, begin_us, end_us)
    return sum(rhythm.missed) >= _MAX_MISSED


def _follow_week(state: MachineState, rhythm: Rhythm, plan: Calendar, begin_us: int, end_us: int) -> None:
    """Note how the planned silence came that counts next, once it is over."""
    is_over = end_us >= rhythm.check_us
    if not is_over and end_us - begin_us <= _MIN_RECORDED_US:
        return
    window = window_at(plan, rhythm.check_us - MINUTE_US)
    if window is not None:
        part_us = min(end_us, window.end_us) - max(begin_us, window.begin_us)
        rhythm.slept = rhythm.slept or part_us >= _SLEPT_PART * (window.end_us - window.begin_us)
    if is_over:
        if window is not None:
            rhythm.record_outcome(missed=not rhythm.slept or _is_off(state, window, begin_us, end_us))
        rhythm.check_us = _next_check_us(plan, end_us)


def _is_off(state: MachineState, window: Window, begin_us: int, end_us: int) -> bool:
    """Whether a silence across the end of a planned one began much earlier, or ended much later."""
    allowed_us = allowed_silence_us(state)
    if begin_us >= window.end_us or end_us - begin_us <= allowed_us:
        return False
    early = begin_us + max(allowed_us, early_us(window)) < window.begin_us
    return early or end_us > window.end_us + grace_us(window.end_us - max(window.begin_us, begin_us))


def _next_check_us(plan: Calendar, now_us: int) -> int:
    window = next_window(plan, now_us)
    if window is not None:
        return window.end_us
    return now_us + max(_TIMES_LONGEST * plan.quiet.longest_min * MINUTE_US, DAY_US)
