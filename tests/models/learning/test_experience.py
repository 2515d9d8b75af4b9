"""What lessons come to: counts that add up, and a classifier that has to earn its place."""

from datetime import UTC, datetime

import msgspec
import numpy as np
import pytest

from models.alarms.false_alarm_classifier import FalseAlarmClassifier
from models.learning.experience import Experience, classifier_of, learn_one
from models.outputs import Lesson

WHEN = datetime(2026, 3, 1, tzinfo=UTC)


def lesson(number, *, confirmed, signs=None, **others):
    fields = {"machine": "泵-1", "kind": "pump", "time": WHEN, "alert": f"a{number}", "rule": "change"}
    fields |= {"priority": "medium", "lead_h": float(number), "id": f"l{number}"}
    return Lesson(**{**fields, "confirmed": confirmed, "signs": signs or {}, **others})


def taught(lessons):
    experience = Experience()
    for each in lessons:
        learn_one(experience, each)
    return experience


def telling(count, seed=0, noise=0.3):
    """Lessons whose sign `abrupt` tells false alarms from faults."""
    generator = np.random.default_rng(seed)
    for number in range(count):
        confirmed = bool(generator.random() < 0.5)
        signs = {"abrupt": float(not confirmed) + noise * generator.normal(), "degree": generator.random()}
        yield lesson(number, confirmed=confirmed, signs={name: float(value) for name, value in signs.items()})


def test_precision_and_lead_time_of_each_rule_and_kind():
    experience = taught(
        [
            *(lesson(n, confirmed=n % 4 == 0) for n in range(8)),
            lesson(8, confirmed=True, rule="temperature", kind=""),
        ]
    )
    change = experience.tallies["change"]
    assert (change.confirmed, change.false_alarms, change.precision, change.lead_h) == (2, 6, 0.25, 2.0)
    assert experience.tallies["change of pump"] == change
    assert set(experience.tallies) == {"change", "change of pump", "temperature"}
    assert experience.tallies["temperature"].precision == 1.0


def test_a_lesson_that_comes_twice_counts_once_and_a_correction_takes_back():
    experience = taught([lesson(1, confirmed=False), lesson(1, confirmed=False)])
    assert (experience.lessons, experience.tallies["change"].false_alarms) == (1, 1)
    assert learn_one(experience, lesson(2, confirmed=True, corrects=True))
    assert (experience.tallies["change"].confirmed, experience.tallies["change"].false_alarms) == (1, 0)


def test_a_correction_takes_nothing_from_a_tally_that_never_had_the_lesson():
    experience = taught(
        [
            lesson(1, confirmed=False, kind=""),
            lesson(2, confirmed=True, corrects=True),
            lesson(3, confirmed=True),
            lesson(4, confirmed=True, rule="temperature", kind=""),
            lesson(5, confirmed=False, rule="temperature", corrects=True),
        ]
    )
    assert {name: (each.confirmed, each.false_alarms) for name, each in experience.tallies.items()} == {
        "change": (2, 0),
        "change of pump": (2, 0),
        "temperature": (0, 1),
        "temperature of pump": (0, 1),
    }


def test_a_classifier_is_used_once_it_has_done_better_than_the_rules():
    assert not classifier_of(taught(telling(9))).used
    judgement = classifier_of(taught(telling(80)))
    assert judgement.used
    assert judgement.probability({"abrupt": 1.0}) < judgement.probability({"abrupt": 0.0})


@pytest.mark.parametrize("seed", range(5))
def test_where_signs_tell_nothing_the_rules_stay_as_they_are(seed):
    generator = np.random.default_rng(seed)
    meaningless = [
        msgspec.structs.replace(each, confirmed=bool(generator.random() < 0.5)) for each in telling(80, seed)
    ]
    assert not classifier_of(taught(meaningless)).used


def test_one_kind_of_verdict_alone_is_no_reason_to_trust_it():
    assert not classifier_of(taught(each for each in telling(200) if not each.confirmed)).used


def test_it_loses_its_place_when_the_fleet_changes():
    experience = taught(telling(80))
    assert classifier_of(experience).used
    for number, each in enumerate(telling(60, seed=3)):
        learn_one(experience, msgspec.structs.replace(each, id=f"x{number}", confirmed=not each.confirmed))
        if not classifier_of(experience).used:
            return
    pytest.fail("it goes on although it rates faults low")


def test_the_same_lessons_give_the_same_numbers_also_through_a_restart():
    whole, halves = taught(telling(60)), taught(list(telling(60))[:30])
    halves = msgspec.msgpack.decode(msgspec.msgpack.encode(halves), type=Experience)
    for each in list(telling(60))[30:]:
        learn_one(halves, each)
    assert msgspec.msgpack.encode(halves) == msgspec.msgpack.encode(whole)


def test_it_stays_small():
    experience = taught(
        lesson(n, confirmed=n % 2 == 0, rule=f"规则{n}", signs={"degree": 0.1}) for n in range(1000)
    )
    assert len(msgspec.msgpack.encode(experience)) < 16_384
    assert len(msgspec.msgpack.encode(classifier_of(taught(telling(500))))) < 1_024


def test_signs_that_nobody_has_learned_count_for_nothing():
    assert FalseAlarmClassifier().probability({"never": 1e300}) == 0.5
    assert FalseAlarmClassifier(weights={"much": 1e300}).probability({"much": 1e300}) == pytest.approx(1.0)
