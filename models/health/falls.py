"""Falls are changes too: a level far below its baseline, while the machine runs as it did when that was learned.

A lost belt, a broken coupling, a pump that has run dry and a sensor that has come loose all make it quieter, and
what only looks for rises takes that for health. It is seldom urgent: a fall is low, and medium where it is far (a
quarter of the baseline) and lasts. Left out is what gets quieter lawfully: an envelope (fresh grease), and in its
first day, while a machine runs in, what has not fallen as far as a rise would have to be for medium priority.
"""

from functools import lru_cache
from math import exp, inf, log

import msgspec

from models.alarms.alarm import Delays
from models.alarms.symptom import Symptom, degree_of
from models.clock import HOUR_US, MINUTE_US
from models.condition.channel import Channel
from models.machinery.machine import Thresholds

__all__ = ["FALL", "fall_delays", "fall_symptom", "worse_change"]

FALL = "fall"
"""What an alert of change is about that a fall raised."""
_SIGMA_SHARES = (1.0, 1.25)
_RUNNING_IN_US = 24 * HOUR_US
_HELD_US = (10 * MINUTE_US, 30 * MINUTE_US)
"""How long it must hold at least: a machine that is unloaded for a moment is no news."""
_WORTH_A_LOOK = 0.7
"""Part of the least limit from which a degree is computed: enough for the deadband below it."""
_MAX_DEGREE = 2.999
_ENVELOPES = ("env", "包络")


@lru_cache(maxsize=256)
def _least_falls(thresholds: Thresholds) -> tuple[float, float, float]:
    """Give how far the logarithm must fall for low, for low of a machine that runs in, and for medium."""
    low, more = log(thresholds.change_low), log(thresholds.change_medium)
    return low, more, low + more


@lru_cache(maxsize=256)
def fall_delays(delays: Delays) -> Delays:
    """Give the delays of an alarm for a fall, which must hold for longer than a rise."""
    low, medium, high = delays.on_us
    return msgspec.structs.replace(delays, on_us=(max(low, _HELD_US[0]), max(medium, _HELD_US[1]), high))


def fall_symptom(
    channel: Channel, smoothed: dict[str, float], thresholds: Thresholds, time_us: int
) -> Symptom | None:
    """Give the fall of the levels below their own baselines, that which has gone furthest; None where none has."""
    least_sigmas = _WORTH_A_LOOK * thresholds.change_sigmas  # no limit is nearer, so nothing else is computed
    worst: Symptom | None = None
    for name, baseline in channel.baselines.items():
        fallen = baseline.location - smoothed.get(name, inf)
        if fallen < least_sigmas * baseline.floor or not baseline.ready:
            continue
        least_low, least_in, least_medium = _least_falls(thresholds)
        runs_in = time_us - channel.regime_baseline.learning_since_us < _RUNNING_IN_US
        if fallen < _WORTH_A_LOOK * least_low or any(part in name.lower() for part in _ENVELOPES):
            continue
        step = thresholds.change_sigmas * baseline.sigma()
        low = max(least_in if runs_in else least_low, _SIGMA_SHARES[0] * step)
        falls = [low, max(least_medium, _SIGMA_SHARES[1] * step, low)]
        degree = min(degree_of(fallen, 0.0, falls), _MAX_DEGREE)
        if worst is None or degree > worst.degree:
            limits = [exp(baseline.location - fall) for fall in falls]
            worst = Symptom("change", name, exp(smoothed[name]), exp(baseline.location), limits, degree)
    return worst


def worse_change(rise: Symptom | None, fall: Symptom | None) -> Symptom | None:
    """Give the change that counts: where one indicator rises and another falls as far, the rise."""
    if rise is None or fall is None:
        return fall if rise is None else rise
    if int(rise.degree) == int(fall.degree):
        return rise if rise.degree >= 1.0 or rise.degree >= fall.degree else fall
    return max(rise, fall, key=lambda symptom: symptom.degree)
