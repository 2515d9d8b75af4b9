"""Alerts of many machines, as the fold would give them when something that they share fails."""

from datetime import timedelta

import msgspec

from models.advice.groups import Whereabouts
from models.clock import MINUTE_US, to_datetime
from models.outputs import Alert

START_US = 1_800_000_000_000_000
GRACE_S = 300.0
"""A machine may be silent for five minutes."""


def moment(minutes):
    """Give the time so many minutes after noon, whatever day it is."""
    return to_datetime(START_US + round(minutes * MINUTE_US))


def name(number, gateway="gw-1"):
    return f"{gateway}-{number:03d}"


def machines(count, gateway="gw-1", line=""):
    return {name(number, gateway): Whereabouts(gateway, line) for number in range(count)}


def raised(machine, minutes=0.0, *, rule="no_data", point="", priority="low", limit_s=GRACE_S, **changes):
    """An alert that stands; of a silence `minutes` is when the last word came."""
    silence = rule == "no_data"
    fields = {
        "id": f"{machine}/{point}/{rule}/{minutes}",
        "machine": machine,
        "point": point,
        "time": moment(minutes),
        "rule": rule,
        "state": "active",
        "priority": priority,
        "value": limit_s + 1.0 if silence else 1.0,
        "limit": limit_s if silence else 0.0,
        "text": f"{machine}: {rule}",
        "text_zh": f"{machine}：{rule}",
        "since": moment(minutes),
        "configuration": "abc",
        "observation": "tick" if silence else "0123456789abcdef",
        "noticed": moment(minutes) + timedelta(seconds=limit_s + 1.0) if silence else None,
        **changes,
    }
    return Alert(**fields)


def back(alert, minutes):
    """The same alert, over since so many minutes after noon."""
    changes = {"state": "cleared", "time": max(moment(minutes), alert.since)}
    if alert.rule == "no_data":
        changes |= {"noticed": moment(minutes), "value": (moment(minutes) - alert.since).total_seconds()}
    return msgspec.structs.replace(alert, **changes)


def dead(count, minutes=0.0, gateway="gw-1", *, each_s=0.1, **changes):
    """Silences of the machines of a gateway that died, heard last one after the other."""
    return [
        raised(name(number, gateway), minutes - each_s * number / 60, **changes)
        for number in reversed(range(count))
    ]
