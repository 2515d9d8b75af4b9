"""The rule of knocks: single blocks many times as loud as usual, again and again, among blocks that are as ever.

What the running median drops is told as a change all the same, of low priority, once it makes out a share of the
last blocks that neither chance nor this machine's own way of working explains.
"""

from functools import lru_cache
from math import log
from statistics import median_low

import msgspec

from models.alarms.alarm import DEADBAND, Alarm, Delays
from models.alarms.symptom import KNOCKS, Symptom, degree_of
from models.clock import MINUTE_US
from models.condition.baseline import MIN_BASELINE_VALUES, Baseline
from models.condition.channel import Channel
from models.condition.knocks import LEARNED, MEMORY, Knocks
from models.health.starts import is_in_start
from models.machinery.machine import Thresholds

__all__ = ["is_louder_too", "knock_delays", "with_knocks"]

_RULE = "change"
_TIMES_LOW, _TIMES_SIGMAS = 2.5, 1.5
"""How far above its baseline a loud block is at least: so many times the limit of low, 4 times its baseline unless
somebody has set another one. The running median stays below low itself: beyond that all blocks have become louder,
and that is told by their level."""
_TIMES_LIMIT = 3.0
_MAX_DEGREE = 1.999
_PERCENT = 100.0
_HELD_US = 15 * MINUTE_US
"""How long it must hold: where a block comes every second, a minute of hammering is nobody's fault."""


@lru_cache(maxsize=256)
def knock_delays(delays: Delays) -> Delays:
    """Give the delays of an alarm for knocks, which must hold for longer than a rise."""
    low, medium, high = delays.on_us
    return msgspec.structs.replace(delays, on_us=(max(low, _HELD_US), medium, high))


def is_louder_too(alarm: Alarm, symptom: Symptom) -> bool:
    """Whether an alert of knocks stands where all blocks have become louder: that is told, as the same alert."""
    louder = symptom.degree >= 1.0 and not symptom.is_knocks and not symptom.is_fall
    return bool(alarm.level) and alarm.about == KNOCKS and louder


def with_knocks(
    channel: Channel, symptoms: list[Symptom], logs: dict[str, float], thresholds: Thresholds, *, learning: bool
) -> list[Symptom]:
    """Give the symptoms of an observation, its change's replaced where knocks have gone further.

    `logs` are natural logarithms of its levels. A start, which may be louder, counts neither for nor against.
    """
    baselines = channel.baselines_by_regime[channel.present].baselines
    least = log(_TIMES_LOW * thresholds.change_low)
    for name, value in logs.items():
        if value - baselines[name].location > least:
            break
    else:  # nearly always
        if channel.knocks is None or not channel.knocks.kept:
            return symptoms
    learning = learning or channel.learned < LEARNED
    if not is_in_start(channel):
        _note(channel, logs, thresholds, learning=learning)
    if channel.knocks is None or learning:
        return symptoms
    found = _symptom(channel.knocks)
    change = next((each for each in symptoms if each.rule == _RULE), None)
    if found.degree < 1.0 - DEADBAND or (change is not None and change.degree >= found.degree):
        return symptoms
    return [each for each in symptoms if each is not change] + [found]


def _note(channel: Channel, logs: dict[str, float], thresholds: Thresholds, *, learning: bool) -> None:
    """Note whether an observation is a loud one among usual ones, and that this is usual while it is learned."""
    here = channel.regime_baseline
    known = {
        name: each for name, each in here.baselines.items() if name in logs and each.count >= MIN_BASELINE_VALUES
    }
    if not known:
        return
    knocked = any(
        _is_knock(each, logs[name], here.medians[name].values, thresholds) for name, each in known.items()
    )
    if channel.knocks is None:
        if not knocked:
            return
        channel.knocks = Knocks()
    first = learning and not here.later
    channel.knocks.note(knocked=knocked, among=here.learned - MIN_BASELINE_VALUES + 1 if first else MEMORY)
    if learning and (first or (here.learned >= MEMORY and not channel.is_alarming)):
        channel.knocks.learn(further=here.later)  # once what another way of running left is forgotten


def _is_knock(baseline: Baseline, value: float, newest: list[float], thresholds: Thresholds) -> bool:
    """Whether a value is far too loud where the `newest` ones of the running median were as ever before it.

    Their lower median: of two that came, and one of them loud, nobody can say that all have become louder.
    """
    location, before, low = baseline.location, newest[:-1], thresholds.change_low
    sigmas = thresholds.change_sigmas * baseline.sigma()
    if not before or value - location < max(log(_TIMES_LOW * low), _TIMES_SIGMAS * sigmas):
        return False
    return median_low(before) - location < max(log(low), sigmas)


def _symptom(knocks: Knocks) -> Symptom:
    share, limit = _PERCENT * knocks.share, _PERCENT * knocks.limit
    degree = degree_of(share, _PERCENT * knocks.usual, [limit, _TIMES_LIMIT * limit])
    return Symptom(_RULE, KNOCKS, share, None, [limit], min(degree, _MAX_DEGREE))
