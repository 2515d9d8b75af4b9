"""Shelving and unshelving of a machine's alerts: each that stands is told again, with its shelf or without."""

from collections.abc import Callable, Collection, Iterator

import msgspec

from models.advice.alarm_processing import restated
from models.advice.clock_alarm import CLOCK_RULE
from models.advice.no_data import allowed_silence_us
from models.advice.open_alarms import OpenAlarm, open_alarms
from models.advice.rhythms import RHYTHM_RULE, restated_rhythm
from models.advice.shelves import covering_shelf
from models.advice.transitions import transition
from models.alarms.shelf import MAX_KEPT_BY, MAX_KEPT_REASON, MAX_SHELVES, MOST_HIGH_US, MOST_US, Shelf
from models.bilingual import Bilingual
from models.clock import DAY_US, HOUR_US, SECOND_US
from models.condition.state import MachineState
from models.observations import ShelveObserved, UnshelveObserved
from models.outputs import Alert, Output
from models.texts.clocks import clock_sentence
from models.texts.contradiction import contradiction_sentence
from models.texts.sentences import no_data_sentence
from models.texts.shelving import (
    back_sentence,
    full_sentence,
    too_long_sentence,
    too_long_when_high_sentence,
)

__all__ = ["end_shelves", "refusal", "shelve", "unshelve"]

_TICK = "tick"


def refusal(state: MachineState, observed: ShelveObserved) -> Bilingual | None:
    """Say why something isn't shelved, and what to do; None where it is."""
    shelf = _shelf_of(state, observed)
    if shelf.is_too_long(state.observed_us):
        high = observed.until_us - state.observed_us <= MOST_US
        return (
            too_long_when_high_sentence(MOST_HIGH_US // HOUR_US) if high else too_long_sentence(MOST_US // DAY_US)
        )
    others = [each for each in state.shelves if (each.point, each.rule) != (shelf.point, shelf.rule)]
    return full_sentence(MAX_SHELVES) if len(others) >= MAX_SHELVES else None


def shelve(state: MachineState, observed: ShelveObserved) -> Iterator[Alert]:
    """Shelve what nothing refuses, in place of a former shelf of the same; one that is over already is none."""
    shelf = _shelf_of(state, observed)
    before = _covered(state)
    state.shelves = [each for each in state.shelves if (each.point, each.rule) != (shelf.point, shelf.rule)]
    if shelf.until_us > state.observed_us:
        state.shelves.append(shelf)
    yield from _told_again(state, observed.digest, lambda each: shelf.covers(each.point, each.rule), before)


def unshelve(state: MachineState, observed: UnshelveObserved) -> Iterator[Alert]:
    """End the shelves that are meant, and tell again what still stands of theirs."""
    before = _covered(state)
    now_us = state.observed_us  # what is over already, `end_shelves` ends
    about = [each for each in state.shelves if each.is_about(observed.point, observed.rule)]
    ended = [each for each in about if each.until_us > now_us]
    state.shelves = [each for each in state.shelves if each not in ended]
    yield from _told_again(state, observed.digest, lambda each: _is_of(ended, each), before)


def end_shelves(state: MachineState, outputs: Collection[Output]) -> tuple[Alert, ...]:
    """Take away the shelves that are over, and tell again what still stands of theirs.

    What the `outputs` of this very step say already isn't said twice.
    """
    ended = [each for each in state.shelves if each.until_us <= state.observed_us]
    if not ended:
        return ()
    said = {each.id for each in outputs if isinstance(each, Alert) and each.shelved_until is None}
    state.shelves = [each for each in state.shelves if each.until_us > state.observed_us]
    of_them = (each for each in open_alarms(state) if _is_of(ended, each))
    return tuple(
        alert
        for each in of_them
        if each.alarm.id not in said and _shelf(state, each) is None
        for alert in _told(state, each, _TICK, back=True)
    )


def _shelf_of(state: MachineState, observed: ShelveObserved) -> Shelf:
    """Give the shelf that somebody asks for, by what stands of it now."""
    shelf = Shelf(
        observed.point,
        observed.rule,
        observed.until_us,
        1,
        observed.one_shot,
        observed.by[:MAX_KEPT_BY],
        observed.reason[:MAX_KEPT_REASON],
    )
    levels = [each.alarm.level for each in open_alarms(state) if shelf.covers(each.point, each.rule)]
    return msgspec.structs.replace(shelf, level=max(levels, default=1))


def _shelf(state: MachineState, each: OpenAlarm) -> Shelf | None:
    return covering_shelf(state, each.point, each.rule, each.alarm.level)


def _is_of(shelves: Collection[Shelf], each: OpenAlarm) -> bool:
    return any(shelf.covers(each.point, each.rule) for shelf in shelves)


def _covered(state: MachineState) -> frozenset[str]:
    """Give the alerts that are shelved."""
    return frozenset(each.alarm.id for each in open_alarms(state) if _shelf(state, each) is not None)


def _told_again(
    state: MachineState, digest: str, concerns: Callable[[OpenAlarm], bool], before: Collection[str]
) -> Iterator[Alert]:
    """Tell again each alert that is shelved now, or was `before` and is no more."""
    for each in tuple(open_alarms(state)):
        if concerns(each):
            shelved = _shelf(state, each) is not None
            if shelved or each.alarm.id in before:
                yield from _told(state, each, digest, back=not shelved)


def _told(state: MachineState, each: OpenAlarm, digest: str, *, back: bool) -> Iterator[Alert]:
    value, limit, sentence = _content(state, each)
    newest_us = state.observed_us if state.time_us is None else state.time_us
    # Just after all that was measured, and after what was told like this before: no two share a time.
    time_us = max(newest_us, each.alarm.since_us, state.shelved_us) + 1
    alert = transition(
        state,
        each.alarm,
        each.alarm.level,
        point=each.point,
        rule=each.rule,
        time_us=time_us,
        value=value,
        limit=limit,
        sentence=back_sentence(sentence) if back else sentence,
        observation=digest,
        again=True,
    )
    state.shelved_us = time_us
    if alert is not None:
        yield alert


def _content(state: MachineState, each: OpenAlarm) -> tuple[float, float, Bilingual]:
    """Give value, limit and sentence of an alert that stands, as they are now."""
    if each.alarm is state.silence:
        silent_s = (state.observed_us - state.heard_us) / SECOND_US
        allowed_s = allowed_silence_us(state) / SECOND_US
        return silent_s, allowed_s, no_data_sentence(silent_s, allowed_s)
    if each.rule == RHYTHM_RULE:
        return restated_rhythm(state)
    if each.channel is None:
        found = state.contradiction
        return found.rpm, 0.0, contradiction_sentence(each.point, found.told, found.rpm, outvoted=found.outvoted)
    if each.rule == CLOCK_RULE:
        clock = each.channel.clock
        ahead_us = clock.offset_us or clock.ahead_us
        return ahead_us / SECOND_US, 0.0, clock_sentence(each.point, clock.finding, ahead_us)
    return restated(state, each.channel, each.rule)
