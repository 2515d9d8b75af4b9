"""Votes gathered over observations: five name a fault, fewer never do, and names neither flicker nor fight."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.condition.diagnosis_votes import MIN_VOTES, WINDOW, DiagnosisVotes
from models.diagnosis.fault_texts import FAULTS
from models.diagnosis.observed_diagnosis import ObservedDiagnosis, ObservedFault
from models.diagnosis.reasons import Reason
from models.health.verdict import diagnosis_of, diagnosis_symptom
from models.machinery.kinds import built_in_packs
from models.machinery.machine import Machine
from models.outputs import Diagnosis
from tests.models.condition.made_up import INNER, OUTER, SHORT, SOUND, bearing_fault, leans, names, unknown

MINUTE_US = 60_000_000
CODES = [reason.name.lower() for reason in Reason]


def gathered(*observed, rate_hz=25_600.0, votes=None):
    votes = votes or DiagnosisVotes()
    for number, one in enumerate(observed):
        votes.add(one, rate_hz=rate_hz, time_us=number * MINUTE_US)
    return votes


def told(*observed, rate_hz=25_600.0):
    return diagnosis_of(gathered(*observed, rate_hz=rate_hz))


def test_nothing_diagnosed_is_no_diagnosis():
    assert diagnosis_of(DiagnosisVotes()) is None
    assert told(None, None) is None


def test_five_observations_name_a_fault_and_four_never_do():
    for count in range(1, MIN_VOTES):
        assert told(*[SOUND] * 10, *[names(OUTER)] * count).verdict != OUTER
        assert told(*[names(OUTER)] * count).verdict == "unknown"
    found = told(*[SOUND] * 10, *[names(OUTER)] * MIN_VOTES)
    assert (found.verdict, found.supporting, found.observations) == (OUTER, MIN_VOTES, WINDOW)
    assert found.since.timestamp() == 14 * 60
    assert "87.5 Hz (88.4 Hz expected)" in found.text
    assert "87.5 Hz" in found.text_zh
    assert (found.next_check, found.next_check_zh) == FAULTS[OUTER].next_check
    assert found.evidence == bearing_fault(OUTER)


def test_bursts_of_four_odd_waveforms_with_sound_ones_between_name_nothing():
    burst = (*[names(OUTER)] * 4, *[SOUND] * 11)
    votes = DiagnosisVotes()
    for round_ in range(20):
        gathered(*burst, votes=votes)
        assert not votes.named, round_


def test_a_name_is_held_until_hardly_any_observation_speaks_for_it():
    votes = gathered(*[names(OUTER)] * 5)
    verdicts = []
    for number in range(5, 25):
        votes.add(SOUND, rate_hz=25_600.0, time_us=number * MINUTE_US)
        verdicts.append(diagnosis_of(votes).verdict)
    assert verdicts == [OUTER] * 13 + ["healthy"] * 7  # the fourth of five falls out of the window of fifteen


def test_observations_that_nearly_name_a_fault_add_up():
    assert told(*[leans(OUTER), SHORT] * 5).verdict == OUTER
    assert told(*[leans(OUTER), SHORT] * 5).confidence < told(*[names(OUTER), SHORT] * 5).confidence


@pytest.mark.parametrize(
    "lacking",
    [
        {"nats": 7.9},
        {"lead": -0.1},
        {"lead": 0.0},
        {"fits": False},
        {"amplitude": 0.19},
        {"reason": "ambiguous"},
        {"fault": "bearing_cage"},
    ],
    ids=str,
)
def test_observations_that_lack_something_do_not_add_up(lacking):
    assert told(*[leans(**{"fault": OUTER, **lacking})] * WINDOW).verdict == "unknown"


def test_only_the_likeliest_part_of_a_bearing_is_spoken_for():
    both = msgspec.structs.replace(
        leans(OUTER), faults=(bearing_fault(INNER, nats=9.0), bearing_fault(OUTER, nats=12.0))
    )
    assert gathered(both).counts() == {OUTER: 1}


def test_conflicting_names_are_unknown():
    found = told(*[names(OUTER), names(INNER)] * 7)
    assert found.verdict == "unknown"
    assert "outer race" in found.text
    assert "inner race" in found.text
    assert "内圈" in found.text_zh


def test_a_name_gives_way_to_another_only_once_that_is_clear():
    votes = gathered(*[names(INNER)] * 8)
    verdicts = []
    for number in range(8, 30):
        votes.add(names(OUTER), rate_hz=25_600.0, time_us=number * MINUTE_US)
        verdicts.append(diagnosis_of(votes).verdict)
    order = [verdict for number, verdict in enumerate(verdicts) if number == 0 or verdict != verdicts[number - 1]]
    assert order == [INNER, "unknown", OUTER]


def test_faults_of_different_kinds_stand_beside_each_other_and_the_bearing_comes_first():
    both = ObservedDiagnosis(
        verdict=OUTER, confidence=0.9, turns=31.0, speed_hz=24.67,
        faults=(bearing_fault(OUTER), ObservedFault(fault="unbalance", confidence=0.8, kind="velocity_line")),
    )  # fmt: skip
    votes = gathered(*[names("unbalance")] * 6, *[both] * 6)
    assert set(votes.named) == {OUTER, "unbalance"}
    assert diagnosis_of(votes).verdict == OUTER


def test_many_short_blocks_together_are_healthy():
    assert told(SHORT, SHORT, SHORT, SHORT).verdict == "unknown"
    found = told(*[SHORT] * 5)
    assert (found.verdict, found.supporting) == ("healthy", 5)
    assert found.text == "No fault found in 5 of the last 5 observations, 155 turns of the shaft."
    assert found.confidence > 0.6
    assert told(*[unknown(turns=11.0)] * 5).text.startswith("Nothing was found, but fewer than 60 turns")


def test_a_rate_that_hides_impacts_never_says_healthy():
    found = told(*[SHORT] * WINDOW, rate_hz=12_800.0)
    assert found.verdict == "unknown"
    assert "20 kHz" in found.text


def test_why_it_is_unknown_is_the_commonest_reason():
    rival = unknown("rival", value=37.0)
    found = told(SHORT, SHORT, rival, unknown("weak"), rival, SHORT, rival)
    assert (found.verdict, found.confidence) == ("unknown", 0.0)
    assert "37.00 Hz (1.500 x speed)" in found.text
    assert "37.00 Hz" in found.text_zh
    assert "not known" in told(*[unknown("no_bearing")] * 6).text
    assert "too weak" in told(*[unknown("a reason of a later version")] * 6).text


def test_a_long_standstill_is_forgotten_and_a_short_one_is_not():
    votes = gathered(*[names(OUTER)] * 5)
    votes.record_standstill(10 * MINUTE_US)
    votes.record_standstill(60 * MINUTE_US)
    votes.add(SOUND, rate_hz=25_600.0, time_us=69 * MINUTE_US)
    assert diagnosis_of(votes).verdict == OUTER
    votes.record_standstill(70 * MINUTE_US)
    votes.add(SOUND, rate_hz=25_600.0, time_us=130 * MINUTE_US)
    assert (diagnosis_of(votes).verdict, diagnosis_of(votes).observations) == ("unknown", 1)


def test_the_symptom_is_of_low_priority_however_many_observations_agree():
    assert diagnosis_symptom(gathered(*[names(OUTER)] * 4)) is None
    least, most = (diagnosis_symptom(gathered(*[names(OUTER)] * count)) for count in (5, 50))
    assert (least.rule, least.indicator, least.value, least.limit(1), least.degree) == (
        "diagnosis", OUTER, 5.0, 5.0, 1.0,
    )  # fmt: skip
    assert (most.value, most.degree) == (15.0, 1.5)
    held = diagnosis_symptom(gathered(*[names(OUTER)] * 5, *[SOUND] * 12))
    assert (held.value, held.degree) == (3.0, 0.6)


def test_confidence_grows_with_the_share_that_agrees():
    every, some = told(*[names(OUTER)] * 15), told(*[names(OUTER)] * 5, *[SOUND] * 10)
    assert 0.9 <= some.confidence < every.confidence <= 0.99


faults = st.builds(
    ObservedFault,
    fault=st.sampled_from([*FAULTS, "of_tomorrow", ""]),
    confidence=st.floats(),
    kind=st.sampled_from(["envelope_line", "velocity_line", "acceleration_line", "carpet", "", "new"]),
    nats=st.none() | st.floats(),
    lead=st.none() | st.floats(),
    fits=st.booleans(),
    expected_hz=st.none() | st.floats(),
    found_hz=st.none() | st.floats(),
    prominence=st.none() | st.floats(),
    amplitude=st.none() | st.floats(),
    band_hz=st.none() | st.tuples(st.floats(), st.floats()),
)
anything = st.builds(
    ObservedDiagnosis,
    verdict=st.sampled_from([*FAULTS, "healthy", "unknown", "of_tomorrow"]),
    confidence=st.floats(),
    turns=st.floats(),
    speed_hz=st.floats(),
    reason=st.sampled_from([*CODES, "", "of_tomorrow"]),
    reason_value=st.floats(),
    faults=st.lists(faults, max_size=3).map(tuple),
)


@given(st.lists(anything, max_size=40), st.integers(0, 39))
def test_whatever_comes_stays_bounded_is_told_and_goes_on_bit_for_bit_after_a_restart(observed, cut):
    whole = gathered(*observed)
    begun = gathered(*observed[:cut])
    restored = msgspec.msgpack.decode(msgspec.msgpack.encode(begun), type=DiagnosisVotes)
    for number, one in enumerate(observed[cut:], start=cut):
        restored.add(one, rate_hz=25_600.0, time_us=number * MINUTE_US)
    assert msgspec.msgpack.encode(restored) == msgspec.msgpack.encode(whole)
    assert len(whole.votes) <= WINDOW
    assert len(msgspec.msgpack.encode(whole)) < 5000
    found, symptom = diagnosis_of(whole), diagnosis_symptom(whole)
    assert (found is None) == (not whole.votes)
    if found is not None:
        assert 0 <= found.confidence <= 0.99
        assert found.text
        assert found.text_zh
        assert found.verdict in {*FAULTS, "healthy", "unknown"}
        assert msgspec.json.decode(msgspec.json.encode(found), type=Diagnosis) == found
        assert (symptom is not None) == (found.verdict in FAULTS)
        assert found.verdict not in FAULTS or whole.named[found.verdict] >= 0


def test_what_is_contested_is_told_in_the_order_of_the_machine_s_pack():
    """Alternating blocks name unbalance and misalignment; which is commoner depends on the machine."""
    votes = gathered(*[names("unbalance"), names("misalignment")] * 7)
    texts = {
        kind: diagnosis_of(
            votes, mechanism=built_in_packs().find(kind).mechanism_of(Machine(id="m", kind=kind))
        ).text
        for kind in ("pump", "fan")
    }
    assert texts["pump"].index("misalignment") < texts["pump"].index("unbalance")
    assert texts["fan"].index("unbalance") < texts["fan"].index("misalignment")
    assert "unbalance" in diagnosis_of(votes).text


def test_what_to_check_next_is_that_of_the_machine_s_pack():
    votes = gathered(*[names("unbalance")] * 6)
    fan = built_in_packs().find("fan").mechanism_of(Machine(id="m", kind="fan"))
    assert diagnosis_of(votes, mechanism=fan).next_check.startswith("Stop, secure, clean all blades")
    assert diagnosis_of(votes, mechanism=fan).next_check_zh.startswith("停机并隔离")
    assert diagnosis_of(votes).next_check == FAULTS["unbalance"].next_check.en
