"""Real lives, from first snapshot to failure: alerts come in time, and none that nobody should get up for."""

import csv
import json
from functools import cache

import msgspec
import pytest

from models import fold
from models.machinery.machine import Configuration, Learning, Machine
from models.observations import Configured, ReadingObserved, Source, VibrationObserved
from models.outputs import Alert, Health, Row
from stream.messages.measurements import decode
from stream.messages.observe import observe
from tests.models.fold.observed import run
from tests.services.recordings import converter_of

pytestmark = pytest.mark.recordings

CONDITION = {"severity", "change", "temperature", "anomaly"}


@cache
def observations_of(recordings_path, dataset, *name):
    found, newest_us = [], 0
    for line, content in enumerate(getattr(converter_of(recordings_path), dataset)(recordings_path, *name)):
        message = decode(json.dumps(content).encode())
        configuration = Configuration(machine=Machine(id=message.machine))
        one = observe(message, configuration, observed_us=0, source=Source("recording", 0, line))
        newest_us = max(newest_us, one.time_us)
        found.append(msgspec.structs.replace(one, observed_us=newest_us))
    return found


class Life:
    """A bearing's whole life, folded; alerts with the number of the snapshot at which they came."""

    def __init__(self, observations):
        self.observations = observations
        self.state, self.outputs = run(observations)
        self.alerts, self.healths, self.rows, snapshot = [], [], [], -1
        for observation, out in zip(observations, self.outputs, strict=True):
            snapshot += isinstance(observation, VibrationObserved) and observation.point == "horizontal"
            self.alerts += [(snapshot, output) for output in out if isinstance(output, Alert)]
            self.healths += [(snapshot, output) for output in out if isinstance(output, Health)]
            self.rows += [output for output in out if isinstance(output, Row)]

    def raised(self, *priorities):
        """Snapshots at which a condition alert reached one of these priorities."""
        return [
            snapshot
            for snapshot, alert in self.alerts
            if alert.state == "active" and alert.rule in CONDITION and alert.priority in priorities
        ]


@pytest.fixture(scope="module")
def life(recordings_path):
    @cache
    def load(bearing):
        return Life(observations_of(recordings_path, "pronostia", bearing))

    return load


def test_bearing1_1_is_told_in_time_and_not_before(life):
    lived = life("Bearing1_1")
    serious = lived.raised("medium", "high")
    assert min(serious) >= 0.75 * 1928, "three quarters of its onset"
    assert min(serious) <= 1928 + (2803 - 1928) / 4, "a quarter of what is left after it"
    assert lived.raised("high")
    assert lived.healths[-1][1].status in {"warning", "critical"}
    assert lived.healths[-1][1].score < 30


def test_bearing1_1_sounds_healthy_while_it_is_although_it_warms_up_and_is_shocked(life):
    lived = life("Bearing1_1")
    healthy = [health for snapshot, health in lived.healths if 190 <= snapshot < 1300]
    assert {health.status for health in healthy} == {"healthy"}
    assert min(health.score for health in healthy) > 85
    assert not [alert for snapshot, alert in lived.alerts if snapshot < 1400 and alert.rule == "temperature"]


def test_two_snapshots_with_a_wrong_clock_upset_nothing(life):
    lived = life("Bearing1_1")
    late = [row for row in lived.rows if "late" in row.flags]
    assert [(row.point, row.time.microsecond % 10) for row in late] == [
        ("horizontal", late[0].time.microsecond % 10),
        ("vertical", late[0].time.microsecond % 10),
        ("horizontal", (late[0].time.microsecond + 1) % 10),
        ("vertical", (late[0].time.microsecond + 1) % 10),
    ]
    assert len({(row.measurement, row.point, row.time) for row in lived.rows}) == len(lived.observations) == 6072
    without = [o for o, row in zip(lived.observations, lived.rows, strict=True) if "late" not in row.flags]
    assert [a.time for _, a in Life(without).alerts] == [a.time for _, a in lived.alerts]


def test_shocks_of_bearing1_2_stay_below_medium_until_it_fails(life):
    serious = life("Bearing1_2").raised("medium", "high")
    assert 619 <= min(serious) <= 870


def test_an_open_thermometer_is_a_sensor_fault_and_no_hot_machine(life):
    lived = life("Bearing2_7")
    rules = {alert.rule for _, alert in lived.alerts if alert.point == "bearing"}
    assert rules == {"sensor_fault"}
    assert not any(health.quality.ok for _, health in lived.healths if health.point == "bearing")
    assert {health.status for _, health in lived.healths} <= {"warming_up", "healthy", "watch"}
    assert not lived.raised("medium", "high")


def test_bearing3_1_is_told_although_it_fails_within_minutes(life):
    lived = life("Bearing3_1")
    assert 367 <= min(lived.raised("low", "medium", "high")) <= 505
    assert min(lived.raised("medium", "high")) >= 490


def test_bearing2_1_whose_channels_disagree_is_told_after_the_earlier_step_at_144(life):
    assert 144 <= min(life("Bearing2_1").raised("medium", "high")) <= 336


def test_remaining_life_is_told_after_an_onset_only_and_its_interval_holds(life):
    for bearing, earliest in (("Bearing1_1", 1446), ("Bearing1_2", 619), ("Bearing2_1", 144), ("Bearing3_1", 367)):
        told = [snapshot for snapshot, health in life(bearing).healths if health.remaining_life_h]
        assert min(told, default=earliest) >= earliest
    lived, tested = life("Bearing1_1"), False
    for snapshot in (2146, 2365, 2584):
        said = next(health for at, health in lived.healths if at == snapshot).remaining_life_h
        assert said.low <= (2803 - snapshot) / 360 <= said.high
        assert said.checked >= said.held
        tested = tested or said.checked > 0  # of the point that ends first, which may have begun a moment ago
    assert tested


def test_the_same_life_as_one_reading_a_minute_is_told_as_well(life):
    """As a cheap sensor would send it: nothing but an RMS, whose name says what it is."""
    lived = [o for o in life("Bearing1_1").observations if isinstance(o, VibrationObserved)]
    readings = [
        ReadingObserved(
            machine="cheap",
            point="sensor",
            time_us=observation.time_us,
            observed_us=observation.observed_us,
            digest=observation.digest,
            values={"rms_g": observation.indicators["rms_g"]},
        )
        for observation in lived[0::12]
    ]
    _, outputs = run(readings)
    raised = {
        output.priority: 6 * i
        for i, out in reversed(list(enumerate(outputs)))
        for output in out
        if isinstance(output, Alert) and output.state == "active" and output.rule == "change"
    }
    assert 0.75 * 1928 <= raised["medium"] <= 2250
    assert raised["high"] <= 2800


@pytest.mark.parametrize("bearing", ["Bearing1_1", "Bearing3_1"])
def test_a_life_continues_bit_for_bit_after_any_restart(life, bearing):
    lived = life(bearing)
    for part in (3, 7):
        state, outputs = None, []
        step = len(lived.observations) // part + 1
        for start in range(0, len(lived.observations), step):
            state, out = run(lived.observations[start : start + step], state)
            outputs += out
            state = fold.load_state(fold.dump_state(state))
        assert outputs == lived.outputs
        assert fold.dump_state(state) == fold.dump_state(lived.state)


def test_a_life_leaves_a_small_state(life):
    assert len(fold.dump_state(life("Bearing1_1").state)) < 20_000


def test_a_pump_s_anomalies_are_found_with_few_false_alarms_after_400_seconds_of_learning(recordings_path):
    """Pooled over the files; other 2 is left out, because it teaches 296 rows of anomalies."""
    folder = recordings_path / "skab" / "data"
    pooled = {(found, strange): 0 for found in (True, False) for strange in (True, False)}
    for file in sorted([*folder.glob("valve1/*.csv"), *folder.glob("other/*.csv")]):
        name = file.relative_to(folder).as_posix()
        if name == "other/2.csv":
            continue
        observations = observations_of(recordings_path, "skab", name)
        machine = observations[0].machine
        learning = Learning(until_us=observations[400].time_us)
        configuration = Configuration(machine=Machine(id=machine), learning=learning)
        start = Configured(machine=machine, observed_us=0, configuration=configuration)
        _, outputs = run([start, *observations])
        verdicts = [out[1].anomaly.anomalous for out in outputs[1:]]
        assert set(verdicts[:400]) == {None}
        assert set(verdicts[400:]) <= {True, False}
        with file.open() as rows:
            labels = [float(row["anomaly"]) > 0 for row in csv.DictReader(rows, delimiter=";")]
        for judged in zip(verdicts[400:], labels[400:], strict=True):
            pooled[judged] += 1
    right, wrong, missed = pooled[True, True], pooled[True, False], pooled[False, True]
    assert 2 * right / (2 * right + wrong + missed) > 0.78
    assert wrong / (wrong + pooled[False, False]) < 0.10


def test_a_machine_of_months_has_alerts_where_it_failed_and_never_more_than_low(recordings_path):
    observations = observations_of(recordings_path, "nab")
    state, outputs = run(observations)
    verdicts = [out[1].anomaly.anomalous for out in outputs]
    assert set(verdicts[:100]) == {None}
    assert set(verdicts[120:]) == {True, False}
    alerts = [output for out in outputs for output in out if isinstance(output, Alert)]
    raised = [alert for alert in alerts if alert.state == "active"]
    assert {alert.priority for alert in raised} == {"low"}
    assert len(raised) <= 27, "one in three days, of eighty"
    with (recordings_path / "nab" / "labels" / "combined_windows.json").open() as file:
        windows = json.load(file)["realKnownCause/machine_temperature_system_failure.csv"]
    spans = {alert.id: (alert.since.isoformat(" "), alert.time.isoformat(" ")) for alert in alerts}
    told = [any(since <= last and until >= first for since, until in spans.values()) for first, last in windows]
    assert sum(told) >= 3
    assert len(fold.dump_state(state)) < 20_000
