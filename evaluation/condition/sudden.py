"""`python -m evaluation sudden`: how long a temperature's recent past should last, on simulated machines.

A thermometer's sudden changes are told by the difference from its running mean. Sound machines warm and cool with
load and daytime, as slowly as their mass lets them; faults add or take heat, through the same mass. No recording
has a say here: the time constant is to hold for machines that nobody has seen, however often they are measured.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import numpy as np
import typer

from evaluation.tables import Table
from models.clock import SECOND_US
from models.condition import channel
from models.fold import initial_state, step
from models.machinery.machine import Configuration, Learning, Machine
from models.observations import Configured, TemperatureObserved
from models.outputs import Alert

__all__ = ["measured", "sudden"]

_START_US = 1_767_225_600 * SECOND_US
_HOUR_S, _DAY_S = 3_600.0, 86_400.0
_INTERVALS_S = (120.0, 300.0, 900.0)
_CONSTANTS_S = (300.0, 900.0, 1_800.0, 3_600.0, 7_200.0)
_LEARNS_S = 2 * _DAY_S
_DAYS = 16.0

Fault = tuple[float, float, float]
"""Begin and end in seconds, and the kelvin that it adds in the end."""


def sudden(machines: Annotated[int, typer.Option(min=1, help="How many are simulated.")] = 8) -> None:
    """Count heat faults told and false alerts, by the time constant of a temperature's recent past."""
    rows = []
    for every_s in _INTERVALS_S:
        for constant_s in _CONSTANTS_S:
            with _constant(constant_s):
                counts = [_judged(*measured(number, every_s), every_s) for number in range(machines)]
            told, faults, false = (sum(column) for column in zip(*counts, strict=True))
            months = machines * (_DAYS - _LEARNS_S / _DAY_S) / 30.4
            minutes = (f"{seconds / 60:.0f} min" for seconds in (every_s, constant_s))
            rows.append((*minutes, f"{told} of {faults}", f"{false / months:.1f}"))
    table = Table(
        title="Sudden changes of temperature, simulated",
        columns=("measured every", "recent past", "faults told", "false a machine-month"),
        rows=tuple(rows),
        note="Faults of 3 to 15 K, up or down, for 2 to 8 hours; housings with time constants of 20 to 60 minutes. "
        f"In force: {channel._RECENT_S / 60:.0f} min.",  # noqa: SLF001 -- the constant that is tried
    )
    typer.echo("\n" + table.markdown())


def measured(number: int, every_s: float) -> tuple[list[float], list[Fault]]:
    """Simulate a housing's temperature in degrees Celsius, and what befalls it; the same for the same number."""
    generator = np.random.default_rng(number)
    time_constant_s, rise_k = generator.uniform(1_200.0, 3_600.0), generator.uniform(20.0, 40.0)
    faults, at_s = [], _LEARNS_S + _DAY_S * generator.uniform(1.0, 3.0)
    while at_s < (_DAYS - 0.5) * _DAY_S:
        ends_s = at_s + _HOUR_S * generator.uniform(2.0, 8.0)
        sign = 1.0 if generator.random() < 0.7 else -1.0
        faults.append((at_s, ends_s, float(sign * generator.uniform(3.0, 15.0))))
        at_s = ends_s + 6 * _HOUR_S + generator.exponential(2.5 * _DAY_S)
    lag, load, until_s = np.exp(-every_s / time_constant_s), 0.8, 0.0
    heat_k, values = rise_k * load, []
    for i in range(int(_DAYS * _DAY_S / every_s)):
        now_s = i * every_s
        if now_s >= until_s:
            load, until_s = generator.uniform(0.65, 1.0), now_s + 600.0 + generator.exponential(4 * _HOUR_S)
        settled_k = rise_k * load + sum(kelvin for begin, end, kelvin in faults if begin <= now_s < end)
        heat_k = settled_k + (heat_k - settled_k) * lag
        hall_c = 20.0 + 3.0 * np.cos(2 * np.pi * (now_s / _DAY_S - 0.625))
        values.append(float(hall_c + heat_k + 0.2 * generator.standard_normal()))
    return values, faults


def _judged(values: list[float], faults: list[Fault], every_s: float) -> tuple[int, int, int]:
    """Give how many faults an anomaly was raised in, how many there were, and how often it was raised without."""
    learning = Learning(duration_s=_LEARNS_S, observations=100)
    configuration = Configuration(machine=Machine(id="m"), learning=learning)
    state, _ = step(initial_state("m"), Configured(machine="m", observed_us=_START_US, configuration=configuration))
    told, false = set(), 0
    for i, value_c in enumerate(values):
        now_s = i * every_s
        time_us = _START_US + round(now_s * SECOND_US)
        observation = TemperatureObserved(
            machine="m", point="housing", time_us=time_us, observed_us=time_us, digest=f"{i:x}",
            indicators={"value_c": value_c},
        )  # fmt: skip
        state, outputs = step(state, observation)
        if not any(isinstance(o, Alert) and o.state == "active" and o.rule == "anomaly" for o in outputs):
            continue
        fault = next((n for n, (begin, end, _) in enumerate(faults) if begin <= now_s < end + _HOUR_S), None)
        if fault is None:
            false += 1
        else:
            told.add(fault)
    return len(told), len(faults), false


@contextmanager
def _constant(value_s: float) -> Iterator[None]:
    before = channel._RECENT_S  # noqa: SLF001 -- the constant that is tried
    channel._RECENT_S = value_s  # noqa: SLF001 -- the same
    try:
        yield
    finally:
        channel._RECENT_S = before  # noqa: SLF001 -- the same
