"""The simulated fleet: what befalls it, how its crew looks, and that only findings make a difference."""

from itertools import pairwise

import msgspec
import numpy as np
import pytest

from evaluation.fleet.course import CAKE, INTERVAL_US, WARM, Episode, Machine, cause_of, episodes, observations
from evaluation.fleet.crew import Fleet, run
from evaluation.fleet.figures import curve, outcome, rules, whom
from evaluation.fleet.library import NOTHING, PROCESS, SIZES, Blocks, Library
from models.clock import DAY_US
from models.observations import VibrationObserved
from models.simulation.faults import Misalignment
from models.simulation.library import built_in

START_US = 1_767_225_600_000_000
NAMES = ("rms_g", "velocity_rms_mm_s", "envelope_rms_g")
MAKE = msgspec.structs.replace(
    next(machine for machine in built_in("plant").machines if machine.id == "P-101"), power_kw=None
)
FAULT = Misalignment(point="drive-end", velocity_mm_s=7.0)


def blocks(loud: float) -> Blocks:
    """Five blocks; `loud` is by how much, in nepers, the velocity (and half of that the rest) is above usual."""
    leftovers = 0.05 * np.random.default_rng(3).standard_normal((5, 3))
    leftovers -= leftovers.mean(axis=0)
    return Blocks(NAMES, np.log([0.1, 1.0, 0.05]) + loud * np.array([0.5, 1.0, 0.5]), leftovers, (None,) * 5)


@pytest.fixture
def machine() -> Machine:
    found = {(NOTHING, 0.0, point.name): blocks(0.0) for point in MAKE.points}
    for cause, most in ((PROCESS, 1.6), (CAKE, 1.6), ("misalignment", 2.0)):
        found |= {(cause, size, point.name): blocks(size * most) for size in SIZES for point in MAKE.points}
    return Machine("P-101-1", MAKE, Library(found), {"misalignment": FAULT}, (PROCESS, WARM))


def test_a_block_lies_between_the_sizes_that_were_simulated(machine):
    generator = np.random.default_rng(0)
    usual, half, whole = (
        np.mean(
            [
                np.log(machine.library.drawn(PROCESS, size, "drive-end", generator).indicators["velocity_rms_mm_s"])
                for _ in range(400)
            ]
        )
        for size in (0.0, 0.65, 1.0)
    )
    assert (usual, half, whole) == pytest.approx((0.0, 1.04, 1.6), abs=0.03)


def test_faults_grow_until_they_are_repaired_and_disturbances_pass():
    fault = Episode("misalignment", is_fault=True, begins_us=0, ends_us=100, size=1.0)
    cake = Episode(CAKE, is_fault=False, begins_us=0, ends_us=100, size=0.8)
    knock = Episode(PROCESS, is_fault=False, begins_us=0, ends_us=100, size=0.8)
    assert [fault.size_at(t) for t in (-1, 0, 100)] == [0.0, 0.0, 0.0]
    assert 0 < fault.size_at(50) < 0.2 < fault.size_at(90) < 1
    assert (cake.size_at(50), knock.size_at(1), knock.size_at(99)) == (0.4, 0.8, 0.8)


def test_the_same_seed_is_the_same_fate_and_the_same_measurements(machine):
    def fate():
        generator = np.random.default_rng(4)
        found = episodes(machine, start_us=START_US, days=120, generator=generator)
        seen = list(observations(machine, found, start_us=START_US, days=2, generator=generator))
        return found, seen

    assert fate() == fate()
    found, seen = fate()
    assert any(episode.is_fault for episode in found)
    assert {episode.cause for episode in found} <= {"misalignment", PROCESS, WARM}
    vibration = [each for each in seen if isinstance(each, VibrationObserved) and each.point == "drive-end"]
    assert {after.time_us - before.time_us for before, after in pairwise(vibration)} == {INTERVAL_US}


def test_what_nobody_is_told_changes_nothing_and_findings_are_counted(machine, tmp_path):
    fleets = untold, again, told = Fleet(told=False), Fleet(told=False), Fleet(told=True)
    *_, (_, befalls) = run([machine], fleets, seed=5, days=25, start_us=START_US)
    assert untold.raised == again.raised
    assert untold.raised, "something was raised"
    assert (untold.findings, untold.experience.lessons) == (0, 0)
    assert told.findings > 0
    assert told.experience.lessons > 0
    tallies = told.experience.tallies
    assert all(tally.confirmed + tally.false_alarms > 0 for tally in tallies.values())
    first = min(one.time_us for one in told.raised)
    assert first >= START_US + DAY_US, "nothing before it has learned what is usual"
    tables = outcome(untold, told, befalls, months=25 / 30.4), whom(untold, told), rules(told.experience)
    assert all(table.markdown().count("|") > 10 for table in tables)
    curve(untold, told, tmp_path / "curve.png")
    assert (tmp_path / "curve.png").read_bytes().startswith(b"\x89PNG")


def test_an_alert_comes_from_what_shows_and_not_from_a_fault_behind_it():
    fault = Episode("misalignment", is_fault=True, begins_us=0, ends_us=100, size=1.0)
    knock = Episode(PROCESS, is_fault=False, begins_us=10, ends_us=30, size=0.8)
    heat = Episode(WARM, is_fault=False, begins_us=80, ends_us=100, size=20.0)
    found = [fault, knock, heat]
    assert [cause_of(found, t, hot=False) for t in (-1, 5, 20, 50, 90)] == [None, fault, knock, fault, fault]
    assert [cause_of(found, t, hot=True) for t in (5, 20, 90)] == [fault, knock, heat]
