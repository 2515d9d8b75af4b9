"""Doctor and health check on the embedded broker, which knows less than Kafka: nothing fails."""

from pathlib import Path

import pytest

from stream.config.settings import Settings
from stream.demo.child_process import ChildProcess, wait_for_port
from stream.demo.embedded_broker import embedded_broker_command
from stream.kafka.topic_admin import ensure_topics
from tests.services.processes import Process, free_port, wait_until
from tests.services.workers import STETHOS, start_worker
from tests.stream.doctor.checks import states

pytestmark = [pytest.mark.embedded, pytest.mark.slow]


def test_all_is_good_and_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    from stream.doctor.examination import examine

    port, health_port = free_port(), free_port()
    environment = {
        "STETHOS_BROKER": f"127.0.0.1:{port}",
        "STETHOS_EMBEDDED_BROKER": "true",
        "STETHOS_PARTITIONS": "4",
        "STETHOS_HEALTH__PORT": str(health_port),
        "STETHOS_HEALTH__PATIENCE_S": "6",
        "STETHOS_HEALTH__PROBE_S": "10",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    broker = ChildProcess(
        "broker", embedded_broker_command(port), tmp_path / "broker.log", folder=tmp_path, environment={}
    )
    try:
        wait_for_port(port, broker)
        ensure_topics(Settings())
        worker = start_worker(tmp_path, environment)
        try:
            simulate = [STETHOS, "simulate", "--duration", "10m", "--speed-up", "0"]
            source = Process(simulate, tmp_path / "simulate.log", environment, folder=tmp_path)
            wait_until(lambda: not source.running, "all is sent")
            assert source.stop() == 0, source.text()
            wait_until(lambda: well(tmp_path, environment, "0 messages waiting"), "all is done", deadline_s=60)
            worker.linger(8)  # longer than its patience
            assert well(tmp_path, environment, "4 machines")
            found = states(examine())
            assert not found["wrong"] + found["warning"], found
            assert [each.area for each in found["skipped"]] == ["page"], "none listens"
        finally:
            assert worker.stop() == 0, worker.text()[-2000:]
    finally:
        broker.end()
        broker.wait()


def well(folder: Path, environment: dict[str, str], words: str) -> bool:
    asked = Process([STETHOS, "health"], folder / "health.log", environment, folder=folder)
    wait_until(lambda: not asked.running, "the worker has answered")
    return asked.stop() == 0 and words in asked.text().splitlines()[-1]
