"""Features of an alert that reaches medium priority: what may tell a fault from what merely looks like one.

All lie between about -1 and 4, so that none drowns the others. They describe a shape and never name a machine: what
is learned from one machine's findings helps the others.
"""

from math import log1p
from statistics import median

from models.alarms.alarm import Alarm
from models.alarms.symptom import Symptom
from models.clock import HOUR_US
from models.condition.channel import Channel
from models.condition.state import MachineState

__all__ = ["alert_features"]

_MAX_HOURS = 24.0 * 30


def alert_features(
    state: MachineState, channel: Channel, symptom: Symptom, alarm: Alarm, time_us: int
) -> dict[str, float]:
    """Give the features by name.

    `degree` above medium; `grown`, the logarithm of the hours from low to medium, against a day; the natural
    logarithms by which the point's own indicators have `gone` from their baselines; `elsewhere`, the part of the
    machine's other vibration points that have changed as well; `warmth` and `shaking`, the largest degrees of its
    temperatures and vibrations; `strange`, the degree of the point's anomaly; `named`, whether a diagnosis names a
    fault; `trusted`, from -1 to 1, how its earlier alerts turned out.
    """
    since_us = alarm.since_us if alarm.level else alarm.latches[0].since_us
    hours = min(max(time_us - since_us, 0) / HOUR_US, _MAX_HOURS)
    others = [c for c in state.channels.values() if c.measurement == "indicators" and c.point != channel.point]
    changed = sum(_degree(other, "change") >= 1.0 for other in others)
    history = state.known
    labelled = history.confirmed + history.false_alarms
    return {
        "degree": symptom.degree - 2.0,
        "grown": log1p(hours) / log1p(24.0),
        "elsewhere": changed / len(others) if others else 0.0,
        "alone": 0.0 if others else 1.0,
        "warmth": max((_degree(c, "temperature") for c in state.channels.values()), default=0.0),
        "shaking": max((_degree(c, "change") for c in state.channels.values()), default=0.0),
        "strange": _degree(channel, "anomaly"),
        "named": float(any(c.diagnosis_votes.leading_fault() is not None for c in state.channels.values())),
        "trusted": (history.confirmed - history.false_alarms) / (2.0 + labelled),
        f"rule_{symptom.rule}": 1.0,
        **_gone(channel),
    }


def _gone(channel: Channel) -> dict[str, float]:
    """Give the running medians over their baselines, as natural logarithms; of readings only the largest."""
    medians = channel.regime_baseline.medians
    gone = {
        f"gone_{name}": median(medians[name].values) - baseline.location
        for name, baseline in channel.baselines.items()
        if baseline.ready and name in medians and medians[name].values
    }
    if channel.measurement != "readings":
        return gone
    return {"gone_reading": max(gone.values(), default=0.0)}


def _degree(channel: Channel, rule: str) -> float:
    return max((symptom.degree for symptom in channel.symptoms if symptom.rule == rule), default=0.0)
