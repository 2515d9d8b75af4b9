"""From messages to a name: simulated machines and real recordings, block by block through observation and fold."""

import json

import msgspec
import pytest

from models import fold
from models.clock import MINUTE_US
from models.diagnosis.fault_texts import FAULTS
from models.machinery.bearings import parse_bearing
from models.machinery.machine import Configuration, Learning, Machine
from models.observations import Configured
from models.outputs import Health
from models.simulation.library import built_in
from models.simulation.plan import Plan
from models.simulation.run import VibrationBlock, simulate
from stream.messages.measurements import decode
from stream.messages.observe import observe
from stream.recordings.simulating import as_message
from tests.services.recordings import converter_of

ONSET_MINUTES, END_MINUTES = 25, 50
PUMP, _, _, GEARBOX = built_in("demo").machines
MFPT = "n=8,d=0.235,D=1.245,angle=0"


def told(messages, configurations):
    """Fold messages and give the healths, each machine under its configuration."""
    states, healths = {}, []
    for message in messages:
        configuration = configurations[message.machine]
        if message.machine not in states:
            begun = Configured(machine=message.machine, observed_us=message.end_us, configuration=configuration)
            states[message.machine], _ = fold.step(fold.initial_state(message.machine), begun)
        observation = observe(message, configuration, observed_us=message.end_us, source=None)
        states[message.machine], outputs = fold.step(states[message.machine], observation)
        healths += [output for output in outputs if isinstance(output, Health)]
    return healths


def test_the_simulated_pump_s_bearing_is_named_within_minutes_and_nothing_else():
    plan = Plan(healthy_s=60 * ONSET_MINUTES, development_s=3600)
    blocks = []
    two = msgspec.structs.replace(built_in("demo"), machines=(PUMP, GEARBOX))
    for measured in simulate(two, start_us=0, plan=plan):
        if measured.time_us > END_MINUTES * MINUTE_US:
            break
        blocks += [as_message(measured)] if isinstance(measured, VibrationBlock) else []
    configurations = {
        each.id: Configuration(
            machine=each.described,
            orders={point: parse_bearing(bearing) for point, bearing in each.bearings.items()},
            learning=Learning(until_us=ONSET_MINUTES * MINUTE_US),
        )
        for each in (PUMP, GEARBOX)
    }
    healths = told(blocks, configurations)
    named = [health for health in healths if health.diagnosis and health.diagnosis.verdict in FAULTS]
    assert {(each.machine, each.diagnosis.verdict) for each in named} == {("P-101", "bearing_outer_race")}
    first = min(named, key=lambda each: each.time)
    assert first.point == "drive-end"
    assert ONSET_MINUTES < first.time.timestamp() / 60 < ONSET_MINUTES + 20
    sound = [health for health in healths if health.machine == "G-401"]
    assert sound[-1].diagnosis.verdict == "healthy"


@pytest.mark.recordings
@pytest.mark.parametrize(
    ("dataset", "file", "bearing", "verdict"),
    [
        ("cwru", "12k_de/1772_OR@6_7_DE12.npz", "6205-2RS", "bearing_outer_race"),
        ("cwru", "12k_de/1772_IR_21_DE12.npz", "6205-2RS", "bearing_inner_race"),
        ("cwru", "48k/1797_Normal.npz", "6205-2RS", "healthy"),
        ("mfpt", "OuterRaceFault_vload_7.npz", MFPT, "bearing_outer_race"),
        ("mfpt", "InnerRaceFault_vload_4.npz", MFPT, "bearing_inner_race"),
        ("mfpt", "baseline_1.npz", MFPT, "healthy"),
    ],
)
def test_real_bearings_in_blocks_of_half_a_second_are_named(recordings_path, dataset, file, bearing, verdict):
    contents = list(getattr(converter_of(recordings_path), dataset)(recordings_path, file, 0.5))
    messages = [decode(json.dumps({**content, "machine": "rig"}).encode()) for content in contents]
    configuration = Configuration(machine=Machine(id="rig"), orders={"drive-end": parse_bearing(bearing)})
    healths = told(messages, {"rig": configuration})
    assert healths[-1].diagnosis.verdict == verdict
    assert {health.diagnosis.verdict for health in healths} <= {"unknown", verdict}
