"""A replay of a fleet holds its machines against one another, as the workers do."""

from datetime import UTC, datetime, timedelta
from types import MappingProxyType

import numpy as np

from models.machinery.machine import Machine
from models.outputs import Alert
from stream.config.machines import Fleet
from stream.messages.measurements import Vibration, to_json
from stream.recordings.reading import Line
from stream.recordings.replaying import Replay

BEGIN = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
NAMES = [f"P-{number}" for number in range(6)]


def test_the_one_that_was_broken_from_the_beginning_is_told():
    generator = np.random.default_rng(5)
    lines = []
    for number in range(60):
        for name in NAMES:
            factor = 3.0 if name == "P-3" else 1.0
            samples = (0.1 * factor * generator.standard_normal(256)).astype("<f4").tobytes()
            time = BEGIN + timedelta(minutes=number)
            message = Vibration(machine=name, point="DE", time=time, rate=2560.0, unit="g", samples=samples)
            lines.append(Line("fleet.jsonl", len(lines) + 1, to_json(message)))
    machines = {name: Machine(id=name, kind="pump", power_kw=30.0) for name in NAMES}
    learning = Fleet().learning.__class__(observations=30)
    replay = Replay(Fleet(machines=MappingProxyType(machines), learning=learning))
    alerts = [each.output for each in replay.outputs(lines) if isinstance(each.output, Alert)]
    told = [(alert.machine, alert.priority) for alert in alerts if alert.rule == "sisters"]
    assert told == [("P-3", "low")]
    assert replay.summary(0.0).machines["P-3"].alerts["low"] == 1
