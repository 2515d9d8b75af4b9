"""Machines that leave, on a real Kafka: said by commands, and still so once everything is folded anew."""

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from models.fold import dump_state
from stream.messages.topics import CHECKPOINTS
from tests.services.kafka import Kafka
from tests.services.plant import FAULTY, SOUND, Plant, supervised
from tests.services.processes import wait_until
from tests.services.topics import folded, make_anew, wait_for_no_lag
from tests.stream.worker.observations import restored_states

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

TYPO, PARTITIONS = "错名 1", 3


@pytest.fixture
def plant(kafka: Kafka, tmp_path: Path) -> Plant:
    return Plant(kafka.bootstrap, tmp_path, partitions=PARTITIONS, STETHOS_CHECKPOINT__EVERY_S="0.5")


def say(plant: Plant, *arguments: str) -> str:
    done = plant.command("machines", *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def listed(plant: Plant) -> dict[str, str]:
    lines = say(plant, "list", "--json").splitlines()
    return {each["machine"]: each["status"] for each in map(json.loads, lines)}


def send_readings(plant: Plant, machine: str, count: int) -> None:
    begin = datetime.now(UTC) - timedelta(seconds=count)
    lines = [
        json.dumps(
            {
                "type": "reading",
                "machine": machine,
                "point": "panel",
                "time": (begin + timedelta(seconds=number)).isoformat(),
                "values": {"current_a": 10.0 + number % 3},
            }
        )
        for number in range(count)
    ]
    file = plant.folder / "readings.jsonl"
    file.write_text("\n".join(lines), "utf-8")
    done = plant.command("publish", str(file))
    assert done.returncode == 0, done.stderr


def states(plant: Plant) -> dict[str, bytes]:
    """Give what the checkpoints hold of all machines."""
    return {
        name: state for part in range(PARTITIONS) for name, state in restored_states(plant.bootstrap, part).items()
    }


def afresh(plant: Plant) -> dict[str, bytes]:
    return {name: dump_state(state) for name, state in folded(plant.bootstrap).items()}


def stored_rows(plant: Plant, machine: str) -> dict[str, int]:
    with closing(sqlite3.connect(plant.environment["STETHOS_SQLITE__PATH"], timeout=30)) as store:
        counted = {
            table: store.execute(f"SELECT count(*) FROM {table} WHERE machine = ?", (machine,)).fetchone()[0]
            for table in ("point", "health", "latest_health", "alert_transition", "uptime", "intake", "capture")
        }
        alerts = "SELECT count(*) FROM latest_alert WHERE json_extract(record, '$.machine') = ?"
        return counted | {"latest_alert": store.execute(alerts, (machine,)).fetchone()[0]}


def test_after_everything_was_folded_anew_the_forgotten_stay_so_and_the_others_keep_their_lives(plant: Plant):
    with supervised(plant.folder / "first", plant.environment):
        plant.learn()
        send_readings(plant, TYPO, 5)
        wait_until(lambda: TYPO in listed(plant), f"{TYPO} is listed", every_s=0.5)
        say(plant, "forget", TYPO, "--reason", "打错了", "--by", "王伟")
        say(plant, "retire", SOUND, "--reason", "scrapped")
        wait_until(lambda: listed(plant).get(SOUND) == "retired", f"{SOUND} is retired", every_s=0.5)
        wait_until(lambda: TYPO not in listed(plant), f"{TYPO} is gone", every_s=0.5)
        wait_for_no_lag(plant.bootstrap)
    before = states(plant)
    assert before == afresh(plant)
    assert folded(plant.bootstrap)[TYPO].left.kind == "forgotten"
    make_anew(plant.bootstrap, CHECKPOINTS, partitions=PARTITIONS)
    with supervised(plant.folder / "second", plant.environment):
        wait_for_no_lag(plant.bootstrap)
        wait_until(lambda: states(plant).keys() == before.keys(), "all is folded again", every_s=0.5)
        assert listed(plant).keys() == {FAULTY, SOUND}
        assert listed(plant)[SOUND] == "retired"
        heard = len(plant.healths(FAULTY))
        plant.run(10)
        wait_until(lambda: len(plant.healths(FAULTY)) == heard + 10, "it is judged on", every_s=0.5)
        assert {each.status for each in plant.healths(FAULTY)[-10:]} <= {"healthy", "watch"}
        wait_until(
            lambda: [each.guard for each in plant.healths(SOUND)[-10:]] == ["retired"] * 10,
            "it is not",
            every_s=0.5,
        )
        say(plant, "return", SOUND, "--reason", "wrong one")
        send_readings(plant, TYPO, 3)
        wait_until(lambda: TYPO in listed(plant), f"{TYPO} is back", every_s=0.5)
        wait_until(lambda: listed(plant)[SOUND] == "healthy", f"{SOUND} is judged again", every_s=0.5)
        wait_for_no_lag(plant.bootstrap)
    after = folded(plant.bootstrap)
    assert states(plant) == afresh(plant)
    assert after[TYPO].counts.accepted == 3
    assert after[FAULTY].counts.accepted == 70


def test_results_are_deleted_with_a_worker_at_work_and_killed_right_after(plant: Plant):
    with supervised(plant.folder / "worker", plant.environment) as worker:
        plant.learn()
        plant.expect_alert()
        refused = plant.command("machines", "forget", FAULTY, "--reason", "trial")
        assert refused.returncode == 1
        assert "open alerts would be over" in refused.stderr
        wait_until(lambda: stored_rows(plant, FAULTY)["latest_alert"], "its alert is stored", every_s=0.5)
        neighbour = stored_rows(plant, SOUND)
        say(plant, "forget", FAULTY, "--reason", "trial is over", "--results", "--yes")
        assert not any(stored_rows(plant, FAULTY).values())
        assert stored_rows(plant, SOUND)["health"] >= neighbour["health"]
        worker.kill()
        worker.wait_ready(2)
        wait_for_no_lag(plant.bootstrap)
        wait_until(lambda: listed(plant).keys() == {SOUND}, f"{FAULTY} stays away", every_s=0.5)
    assert states(plant) == afresh(plant)


def test_a_silent_stranger_expires_and_stays_so_through_a_refold(plant: Plant):
    """Days of silence pass in data: what the worker would say after them is put into the log."""
    from models.observations import RosterObserved
    from stream.delivery.outbox import partition_of
    from tests.stream.worker.observations import publish_observations

    with supervised(plant.folder / "first", plant.environment):
        send_readings(plant, TYPO, 5)
        wait_until(lambda: TYPO in listed(plant), f"{TYPO} is listed", every_s=0.5)
        wait_for_no_lag(plant.bootstrap)
        later_us = folded(plant.bootstrap)[TYPO].observed_us + 31 * 86_400_000_000
        expired = RosterObserved(
            machine=TYPO,
            observed_us=later_us,
            time_us=later_us,
            digest="e",
            do="expire",
            after_us=30 * 86_400_000_000,
        )
        place = partition_of(TYPO.encode(), PARTITIONS)
        publish_observations(plant.bootstrap, [expired], partition=place)
        wait_until(lambda: TYPO not in listed(plant), f"{TYPO} is gone", every_s=0.5)
        wait_for_no_lag(plant.bootstrap)
    make_anew(plant.bootstrap, CHECKPOINTS, partitions=PARTITIONS)
    with supervised(plant.folder / "second", plant.environment):
        wait_for_no_lag(plant.bootstrap)
        wait_until(lambda: TYPO in states(plant), "all is folded again", every_s=0.5)
    assert states(plant) == afresh(plant)
    assert folded(plant.bootstrap)[TYPO].left.kind == "forgotten"
