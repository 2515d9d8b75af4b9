"""The verdict on a drawn history: whether its fault was said in time, and its sound twin judged and left in peace.

A. Of a machine that is faulty for an hour of running: within 30 minutes of running, and by its third observation,
   an alert of medium or high priority stands, or a status or an alert that names why nobody can tell; and `healthy`
   is never said after that while the fault lasts. Only what has come counts as running: nobody can judge what is
   still in a gateway. What comes late has a quarter of an hour more, since it may be gathered before it is told.
   Of a machine that falls to a quarter of its level an alert of any priority is enough.
B. Its sound twin is judged for 90 % of its running time after learning, `healthy` for 90 % of that, and raises no
   alert of medium or high priority.
"""

from collections.abc import Iterable

import msgspec

from models.clock import MINUTE_US
from models.fold import step
from soak.histories.drawing import draw
from soak.histories.hearing import Fold, Heard, Word, heard, is_judged
from soak.histories.history import History, history_of
from soak.histories.plan import sound

__all__ = ["Peace", "Said", "Verdict", "peace_of", "said_of", "verdict", "verdict_of_seed"]

_WITHIN_S = 1_800.0
_AT_LEAST = 3
_LATE_US, _LATE_GRACE_US = 5 * MINUTE_US, 15 * MINUTE_US
_JUDGED_SHARE, _HEALTHY_SHARE = 0.9, 0.9


class Said(msgspec.Struct, frozen=True):
    """What was said of a fault, and when."""

    after_min: float | None
    """Running time with the fault that had come before the first word; None where none ever came."""
    what: str
    """That word."""
    unsaid: bool
    """Whether nothing was said in time."""
    healthy_after: int
    """How often `healthy` was said of the faulty machine once the time was over."""
    statuses: dict[str, int]
    """What the machine's status was once the time was over, by observation."""

    @property
    def holds(self) -> bool:
        """Whether A holds."""
        return not self.unsaid and not self.healthy_after


class Peace(msgspec.Struct, frozen=True):
    """How a sound machine was judged."""

    judged: float
    """Part of its running time after learning."""
    healthy: float
    """Part of what was judged."""
    serious: tuple[str, ...]
    """Alerts of medium or high priority: `rule priority`."""
    learned_h: float
    """Hours of running after learning."""

    @property
    def holds(self) -> bool:
        """Whether B holds."""
        return self.is_judged and self.is_healthy and not self.serious

    @property
    def is_judged(self) -> bool:
        """Whether it was judged for long enough."""
        return self.judged >= _JUDGED_SHARE

    @property
    def is_healthy(self) -> bool:
        """Whether it was healthy for long enough of what was judged; true where nothing was."""
        return self.healthy >= _HEALTHY_SHARE


class Verdict(msgspec.Struct, frozen=True):
    """Both, of one seed."""

    seed: int
    kinds: tuple[str, ...]
    observations: int
    said: Said
    peace: Peace


def verdict_of_seed(seed: int, only: Iterable[str] = ()) -> Verdict:
    """Draw a history and its sound twin, fold both and judge."""
    plan = draw(seed, tuple(only))
    return verdict(history_of(plan), history_of(sound(plan)))


def verdict(history: History, twin: History, fold: Fold = step) -> Verdict:
    """Fold a history and its sound twin and judge what is said of them."""
    plan = history.plan
    said = said_of(history, heard(history, fold))
    return Verdict(plan.seed, plan.kinds, len(history.sent), said, peace_of(heard(twin, fold)))


def said_of(history: History, all_words: Heard) -> Said:
    """Judge by A what was said of a history."""
    assert history.faulty_us is not None
    since_us, until_us = history.faulty_us
    any_priority = history.plan.fault is not None and history.plan.fault.size < 1
    begun_us, deadline_us = _time_given(all_words.words, history.ends_us)
    after_min, what, covered_s = None, "", 0.0
    in_time, healthy_after, statuses = False, 0, dict[str, int]()
    for word in all_words.words:
        sent = word.sent
        covered_s += sent.truth.faulty_s if sent is not None else 0.0
        if word.at_us < begun_us:
            continue
        speaking = word.standing or word.raised or (word.low if any_priority else ())
        if speaking and after_min is None:
            after_min, what = covered_s / 60.0, speaking[0]
            in_time = word.at_us <= deadline_us
        if sent is None or word.at_us <= deadline_us or not since_us <= word.at_us <= until_us:
            continue
        statuses[word.status] = statuses.get(word.status, 0) + 1
        healthy_after += word.status == "healthy"
    return Said(after_min, what, not in_time, healthy_after, statuses)


def _time_given(words: tuple[Word, ...], ends_us: int) -> tuple[int, int]:
    """Give when the first observation of the fault came, and by when it must have been said."""
    covered_s, count, begun_us, is_late = 0.0, 0, ends_us, False
    for word in words:
        sent = word.sent
        if sent is None or not sent.truth.faulty_s:
            continue
        begun_us = min(begun_us, word.at_us)
        is_late = is_late or word.at_us - sent.measured_us > _LATE_US
        covered_s, count = covered_s + sent.truth.faulty_s, count + 1
        if covered_s >= _WITHIN_S and count >= _AT_LEAST:
            return begun_us, word.at_us + (_LATE_GRACE_US if is_late else 0)
    return begun_us, words[-1].at_us


def peace_of(all_words: Heard) -> Peace:
    """Judge by B what was said of a sound twin."""
    learned_s = judged_s = healthy_s = 0.0
    serious = list[str]()
    for word in all_words.words:
        serious += word.raised
        if word.sent is None or not word.sent.truth.learned:
            continue
        learned_s += word.sent.truth.running_s
        if is_judged(word):
            judged_s += word.sent.truth.running_s
            healthy_s += word.sent.truth.running_s if word.status == "healthy" else 0.0
    return Peace(
        judged=judged_s / learned_s if learned_s else 1.0,
        healthy=healthy_s / judged_s if judged_s else 1.0,
        serious=tuple(serious),
        learned_h=learned_s / 3600.0,
    )
