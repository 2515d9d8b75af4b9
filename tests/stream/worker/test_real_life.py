"""The main job on real input: two bearings' whole lives through real Kafka, worker and InfluxDB at full speed."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from models.outputs import Row
from stream.messages.records import decode_output
from stream.messages.topics import ALERTS, DEAD_LETTER, HEALTH, ROWS
from stream.recordings.reading import Recordings
from stream.recordings.replaying import replay
from tests.grafana.queries import load, run, run_every_query
from tests.services.influxdb import InfluxServer
from tests.services.kafka import Kafka
from tests.services.topics import read_topic, wait_for_no_lag
from tests.services.workers import STETHOS, start_worker

pytestmark = [pytest.mark.kafka, pytest.mark.influxdb, pytest.mark.recordings, pytest.mark.slow]

LONG, HOT = "Bearing1_1", "Bearing2_7"
SNAPSHOTS = {LONG: 2803, HOT: 230}


class Lives(NamedTuple):
    """What is left after the lives have gone through."""

    recordings: dict[str, Path]
    observations: Path
    kafka: Kafka
    influxdb: InfluxServer
    health: list[dict]
    alerts: list[dict]


def stethos(*arguments: object, environment: dict[str, str], folder: Path) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(  # noqa: PLW1510 -- the status is asserted below, with what was said
        [STETHOS, *map(str, arguments)], cwd=folder, env=environment, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, f"stethos {arguments[0]}: exit {done.returncode}: {done.stderr[-2000:]}"
    return done


def recorded(recordings_path: Path, name: str, folder: Path) -> Path:
    """Turn a bearing's life into a recording, with the converter that comes with the data."""
    file = folder / f"{name}.jsonl"
    converter = recordings_path.parent / "tools" / "recordings.py"
    with file.open("wb") as output:
        subprocess.run([sys.executable, converter, "pronostia", name], stdout=output, check=True)
    return file


@pytest.fixture(scope="module")
def lives(
    recordings_path: Path,
    influxdb: InfluxServer,
    tmp_path_factory: pytest.TempPathFactory,
    figure: Callable[[str], None],
) -> Iterator[Lives]:
    folder = tmp_path_factory.mktemp("lives")
    broker = Kafka(tmp_path_factory.mktemp("kafka"))
    try:
        broker.start()
        yield lived(recordings_path, broker, influxdb, folder, figure)
    finally:
        broker.stop()


def lived(
    recordings_path: Path, broker: Kafka, influxdb: InfluxServer, folder: Path, tell: Callable[[str], None]
) -> Lives:
    """Publish both lives at full speed to a running worker, and collect what has come of it."""
    settings = {
        "STETHOS_BROKER": broker.bootstrap,
        "STETHOS_STORE": "influxdb",
        "STETHOS_INFLUXDB__URL": influxdb.url,
        "STETHOS_INFLUXDB__ORG": influxdb.org,
        "STETHOS_INFLUXDB__TOKEN_FILE": str(influxdb.token_file),
    }
    environment = {"PATH": "/usr/bin:/bin", **settings}
    files = {name: recorded(recordings_path, name, folder) for name in (LONG, HOT)}
    worker = start_worker(folder, settings)
    try:
        begun = time.monotonic()
        stethos("publish", *files.values(), environment=environment, folder=folder)
        wait_for_no_lag(broker.bootstrap, deadline_s=240)
        seconds = time.monotonic() - begun
    finally:
        assert worker.stop() == 0, worker.text()[-2000:]
    count = sum(len(file.read_bytes().splitlines()) for file in files.values())
    tell(f"two lives, {count} messages, from publish to stored rows: {seconds:.1f} s, {count / seconds:.0f}/s")
    observations = folder / "observations.jsonl"
    stethos("record", "--output", observations, environment=environment, folder=folder)
    health, alerts = (
        [json.loads(record.value) for records in read_topic(broker.bootstrap, topic).values() for record in records]
        for topic in (HEALTH, ALERTS)
    )
    return Lives(files, observations, broker, influxdb, health, alerts)


def snapshot_time(lives: Lives, machine: str, number: int) -> datetime:
    """When the n-th snapshot (from 0) began."""
    with lives.recordings[machine].open() as lines:
        vibration = (message for line in lines if (message := json.loads(line))["type"] == "vibration")
        times = [message["time"] for message in vibration if message["point"] == "horizontal"]
    return datetime.fromisoformat(times[number])


def raised(lives: Lives, machine: str, *priorities: str) -> list[dict]:
    chosen = [a for a in lives.alerts if a["machine"] == machine and a["priority"] in priorities]
    return [alert for alert in chosen if alert["state"] == "active"]


def test_every_vibration_message_is_a_row(lives: Lives):
    for machine, snapshots in SNAPSHOTS.items():
        query = f"SELECT count(rms_g) FROM indicators WHERE machine = '{machine}'"
        found = run(lives.influxdb, "stethos-raw", query)
        assert [row["count"] for row in found] == [2 * snapshots]
    assert not any(read_topic(lives.kafka.bootstrap, DEAD_LETTER).values())


def test_the_failing_bearing_is_told_before_its_end_and_not_while_it_is_sound(lives: Lives):
    serious = raised(lives, LONG, "medium", "high")
    assert serious, "no alert of medium or high priority in a bearing's whole life"
    first = min(datetime.fromisoformat(alert["time"]) for alert in serious)
    assert snapshot_time(lives, LONG, 1400) < first < snapshot_time(lives, LONG, 2802)


def test_a_clock_six_hours_back_upsets_nothing(lives: Lives):
    late = [h for h in lives.health if h["machine"] == LONG and "late" in h["quality"]["flags"]]
    assert len(late) == 4, "two snapshots of two channels"
    assert len({(h["point"], h["time"]) for h in late}) == 4, "two share a stamp and stay two"
    times = {(h["point"], h["time"]) for h in lives.health if h["machine"] == LONG and h["point"] != "bearing"}
    assert len(times) == 2 * SNAPSHOTS[LONG]


def test_an_open_thermometer_is_a_sensor_fault_and_no_hot_machine(lives: Lives):
    alerts = [alert for alert in lives.alerts if alert["machine"] == HOT and alert["point"] == "bearing"]
    assert {"sensor_fault"} == {alert["rule"] for alert in alerts}


def test_health_counts_one_for_each_message(lives: Lives):
    for machine, file in lives.recordings.items():
        messages = len(file.read_bytes().splitlines())
        assert len([health for health in lives.health if health["machine"] == machine]) == messages


def test_replaying_the_observations_gives_the_same_health_and_alerts(lives: Lives, tmp_path: Path):
    done = subprocess.run(  # noqa: PLW1510 -- the status is asserted below, with what was said
        [STETHOS, "replay", lives.observations, "--json"], capture_output=True, text=True, cwd=tmp_path, timeout=300
    )
    assert done.returncode == 0, done.stderr[-2000:]
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    for kind, streamed in (("health", lives.health), ("alert", lives.alerts)):
        again = [
            {k: v for k, v in line.items() if k not in {"line", "file"}} for line in lines if line["type"] == kind
        ]
        for machine in SNAPSHOTS:
            assert [x for x in again if x["machine"] == machine] == [x for x in streamed if x["machine"] == machine]


def test_replaying_the_raw_file_gives_the_same_indicators(lives: Lives):
    rows = [
        decode_output(record.value)
        for records in read_topic(lives.kafka.bootstrap, ROWS).values()
        for record in records
    ]
    streamed = {
        (row.machine, row.measurement, row.point, row.time): row.fields for row in rows if isinstance(row, Row)
    }
    again = {
        (row.machine, row.measurement, row.point, row.time): row.fields
        for file in lives.recordings.values()
        for row in replay(Recordings([file]))
        if hasattr(row, "measurement")
    }
    assert again == streamed


NOT_IN_THESE_LIVES = {
    "Which faults are named, and how sure?",  # blocks of a tenth of a second are too short to be diagnosed
    "What does the diagnosis rest on, by point?",
    "What is it (newest verdict)?",
    "What is it, by point (verdict)?",
    "How sure is the verdict (0 to 1)?",
    "How long has it got (hours of operation)?",
    "How many of its forecasts have held (%)?",
    "Other readings (each in its own unit)",  # none are sent
    "Vibration velocity (mm/s RMS): limit",  # without power and mounting there are no zones
    "Temperature (°C): limit",
}


@pytest.mark.parametrize("name", ["fleet", "machine", "uptime"])
def test_every_query_of_a_dashboard_finds_rows(lives: Lives, name: str):
    since, until = datetime(2024, 1, 8, tzinfo=UTC), datetime(2024, 1, 9, tzinfo=UTC) + timedelta(hours=12)
    answers = run_every_query(lives.influxdb, machine=LONG, since=since, until=until, dashboard=load(name))
    assert answers
    empty = {panel + (": limit" if '"limit"' in text else "") for panel, text, rows in answers if not rows}
    assert empty <= NOT_IN_THESE_LIVES


def test_the_bearings_ran_for_as_long_as_they_were_measured(lives: Lives):
    query = (
        f"SELECT SUM(running_s) / 3600 AS running, SUM(stopped_s) AS stopped FROM uptime WHERE machine = '{LONG}'"
    )
    (found,) = run(lives.influxdb, "stethos", query)
    measured_h = (snapshot_time(lives, LONG, 2802) - snapshot_time(lives, LONG, 0)).total_seconds() / 3600
    assert 0.8 * measured_h < found["running"] <= measured_h
    assert found["stopped"] == 0
