"""The diagnosis in the fold: what counts, what is forgotten, and what health and alerts make of a name."""

import msgspec
import pytest

from models import fold
from models.machinery.kinematics import BearingOrders
from models.observations import VibrationObserved
from tests.models.condition.made_up import OUTER, SHORT, names
from tests.models.fold.observed import (
    alerts,
    at,
    configured,
    healths,
    learned,
    reading,
    run,
    temperature,
    transitions,
    vibration,
)

NAMED = names(OUTER)
SPEED_RPM = 60 * NAMED.speed_hz


def struck(i, **changes):
    return vibration(i, diagnosis=NAMED, **changes)


def verdicts(outputs, point="drive-end"):
    return [health.diagnosis and health.diagnosis.verdict for health in healths(outputs) if health.point == point]


def test_health_carries_the_diagnosis_of_its_point_and_of_no_other():
    _, outputs = run([struck(0), *(struck(i) for i in range(1, 6)), vibration(6, "other"), temperature(7)])
    found = healths(outputs)
    assert [health.diagnosis.verdict for health in found[:6]] == ["unknown"] * 4 + [OUTER] * 2
    assert found[6].diagnosis is None
    assert found[7].diagnosis is None
    assert healths(run([reading(0), temperature(1), vibration(2)])[1])[2].diagnosis is None


def test_a_named_fault_is_deducted_and_raised_at_low_priority_only():
    _, outputs = learned(*(struck(i) for i in range(100, 160)))
    assert transitions(outputs) == [("diagnosis", "active", "low")]
    (alert,) = alerts(outputs)
    assert (alert.value, alert.limit) == (11.0, 5.0)  # a minute after the fifth, at ten seconds each
    assert alert.text.startswith("drive-end: Damaged outer race of the bearing (confidence ")
    assert "grease" in alert.text
    assert alert.text_zh.startswith("drive-end：轴承外圈损伤（置信度")
    last = healths(outputs)[-1]
    assert last.status == "watch"
    (deduction,) = (each for each in last.deductions if each.code == "diagnosis")
    assert (deduction.points, deduction.value, deduction.limit, deduction.point) == (20.0, 15.0, 5.0, "drive-end")
    assert last.score == 80.0


def test_the_alert_is_cleared_once_the_name_is_gone_for_long_enough():
    state, outputs = learned(
        *(struck(i) for i in range(100, 110)), *(vibration(i, diagnosis=SHORT) for i in range(110, 200))
    )
    assert transitions(outputs) == [("diagnosis", "active", "low"), ("diagnosis", "cleared", "low")]
    assert healths(outputs)[-1].score == 100.0
    assert not state.channels["indicators/drive-end"].diagnosis_votes.named


def test_an_alert_never_goes_on_under_another_name():
    inner = names("bearing_inner_race")
    _, outputs = learned(
        *(struck(i) for i in range(100, 115)), *(vibration(i, diagnosis=inner) for i in range(115, 160))
    )
    raised, cleared, again = alerts(outputs)
    assert [raised.state, cleared.state, again.state] == ["active", "cleared", "active"]
    assert raised.id == cleared.id != again.id
    assert cleared.text == (
        "drive-end: the observations no longer speak for damaged outer race of the bearing but for damaged inner "
        "race of the bearing."
    )
    assert "轴承内圈损伤" in cleared.text_zh
    assert "inner race" in again.text
    assert cleared.time < again.time


def test_other_alerts_of_the_point_name_the_fault():
    usual = [each(i, point="drive-end") for i in range(100) for each in (vibration, temperature)]
    loud = [struck(i, factor=3.0) for i in range(100, 140)]
    hot = [temperature(i, 60.0 + min(i - 100, 40), point="drive-end") for i in range(100, 160)]
    _, outputs = run([configured(), *usual, *loud, *hot])
    raised = {alert.rule: alert for alert in alerts(outputs) if alert.state == "active"}
    assert {"change", "diagnosis", "temperature"} <= set(raised)
    cause = "Probable cause: damaged outer race of the bearing (confidence"
    assert cause in raised["change"].text
    assert "可能原因：轴承外圈损伤" in raised["change"].text_zh
    assert cause in raised["temperature"].text
    assert "lubrication, cooling" in raised["temperature"].text
    assert cause not in raised["diagnosis"].text


def test_a_fault_is_named_while_the_machine_is_still_being_learned():
    _, outputs = run([configured(), *(struck(i) for i in range(20))])
    assert transitions(outputs) == [("diagnosis", "active", "low")]
    last = healths(outputs)[-1]
    assert (last.status, last.score, last.diagnosis.verdict) == ("watch", None, OUTER)


def test_a_fault_that_two_points_show_is_told_where_it_is_stronger():
    faint, strong = names(OUTER, amplitude=0.3), names(OUTER, amplitude=0.6)
    both = [vibration(i, point, diagnosis=seen) for i in range(30) for point, seen in (("a", faint), ("b", strong))]
    _, outputs = run([configured(), *both])
    last = {health.point: health.diagnosis for health in healths(outputs)}
    assert (last["a"].stronger_at, last["b"].stronger_at) == ("b", "")
    assert last["a"].text.endswith("It is stronger at another point; look there first: b.")
    assert last["a"].text_zh.endswith("另一测点更强，请先检查：b。")
    texts = {alert.point: alert.text for alert in alerts(outputs)}
    assert texts["a"].endswith("look there first: b.")
    assert "stronger" not in texts["b"]


def test_the_same_fault_at_another_frequency_is_another_bearing_s():
    other = msgspec.structs.replace(NAMED.faults[0], found_hz=140.0, amplitude=0.9)
    elsewhere = msgspec.structs.replace(NAMED, faults=(other,))
    both = [
        vibration(i, point, diagnosis=seen) for i in range(9) for point, seen in (("a", NAMED), ("b", elsewhere))
    ]
    _, outputs = run([configured(), *both])
    assert {health.diagnosis.stronger_at for health in healths(outputs)} == {""}


def test_a_point_that_has_changed_is_not_called_healthy():
    _, outputs = learned(*(vibration(i, diagnosis=SHORT) for i in range(100, 120)))
    assert verdicts(outputs)[-1] == "healthy"
    _, outputs = learned(*(vibration(i, factor=3.0, diagnosis=SHORT) for i in range(100, 120)))
    last = healths(outputs)[-1].diagnosis
    assert last.verdict == "unknown"
    assert "no fault can be named" in last.text
    assert "振动已变化" in last.text_zh


def test_late_future_and_repeated_observations_do_not_count():
    sound = [vibration(i, diagnosis=SHORT) for i in range(10, 20)]
    late = [struck(i) for i in range(10)]
    future = [struck(100 + i, observed_us=at(20)) for i in range(10)]
    again = [struck(20)] * 10
    _, outputs = run([*sound, *late, *future, *again])
    assert set(verdicts(outputs)[10:]) == {"healthy"}
    assert healths(outputs)[-1].diagnosis.observations == 11


def test_an_odd_sensor_fault_is_left_out_and_one_that_holds_is_forgotten():
    clipped = {"flags": ("clipped",), "diagnosis": None}
    one = [*(struck(i) for i in range(6)), vibration(6, **clipped), struck(7)]
    assert verdicts(run(one)[1])[-2:] == [OUTER, OUTER]
    two = [*(struck(i) for i in range(6)), vibration(6, **clipped), vibration(7, **clipped)]
    assert verdicts(run(two)[1])[-1] is None


def test_a_standing_machine_is_not_diagnosed_and_after_long_begins_anew():
    standing = [vibration(i, speed_rpm=0.0, factor=0.001) for i in range(6, 500)]
    _, outputs = run(
        [
            *(struck(i, speed_rpm=1480.0) for i in range(6)),
            *standing,
            *(struck(i, speed_rpm=1480.0) for i in (500, 520)),
        ]
    )
    hour = 3_600_000_000 // (at(1) - at(0))
    assert len(standing) > hour, "the test stands for more than an hour"
    assert verdicts(outputs)[-3] == OUTER
    assert verdicts(outputs)[-1] == "unknown"


def test_another_bearing_begins_anew_and_the_same_configuration_does_not():
    state, _ = run([configured(), *(struck(i) for i in range(6))])
    state, outputs = run([configured(), struck(6)], state)
    assert verdicts(outputs) == [OUTER]
    told = configured()
    other = msgspec.structs.replace(
        told.configuration, orders={"drive-end": BearingOrders(bpfo=3.5, bpfi=5.5, bsf2=4.7, ftf=0.4)}
    )
    _, outputs = run([msgspec.structs.replace(told, configuration=other), struck(7)], state)
    assert verdicts(outputs) == ["unknown"]


def test_a_state_goes_on_bit_for_bit():
    observations = [configured(), *(struck(i) if i % 3 else vibration(i, diagnosis=SHORT) for i in range(40))]
    whole, expected = run(observations)
    begun, _ = run(observations[:20])
    resumed, outputs = run(observations[20:], fold.load_state(fold.dump_state(begun)))
    assert outputs == expected[20:]
    assert fold.dump_state(resumed) == fold.dump_state(whole)


@pytest.mark.parametrize("coding", [msgspec.json, msgspec.msgpack], ids=["json", "msgpack"])
def test_an_observation_from_before_there_was_a_diagnosis_is_still_read(coding):
    now = vibration(1)
    before = {key: value for key, value in msgspec.to_builtins(now).items() if key != "diagnosis"}
    assert coding.decode(coding.encode(before), type=VibrationObserved) == now


@pytest.mark.parametrize(
    ("rpm", "votes"), [(None, True), (SPEED_RPM, True), (-1.02 * SPEED_RPM, True), (800.0, False)]
)
def test_a_block_that_was_searched_at_another_speed_than_the_measured_one_has_no_vote(rpm, votes):
    told = [] if rpm is None else [reading(0, values={"speed_rpm": rpm})]
    _, outputs = run([configured(), *told, *(struck(i) for i in range(20))])
    assert any(health.diagnosis is not None for health in healths(outputs)) is votes


def test_a_measured_speed_of_which_nothing_is_heard_any_more_takes_no_vote():
    blocks = [struck(i) for i in range(400)]
    _, outputs = run([configured(), reading(0, values={"speed_rpm": 800.0}), *blocks])
    said = [health.diagnosis is not None for health in healths(outputs)][1:]
    assert not any(said[:180])
    assert said[-1]


@pytest.mark.parametrize(("amplitude", "stronger_at"), [(0.55, ""), (0.6, ""), (0.65, "b")])
def test_a_point_that_shows_it_hardly_more_strongly_is_not_pointed_at(amplitude, stronger_at):
    """Blocks of one bearing differ by as much."""
    faint, strong = names(OUTER, amplitude=0.5), names(OUTER, amplitude=amplitude)
    both = [vibration(i, point, diagnosis=seen) for i in range(9) for point, seen in (("a", faint), ("b", strong))]
    _, outputs = run([configured(), *both])
    last = {health.point: health.diagnosis for health in healths(outputs)}
    assert (last["a"].stronger_at, last["b"].stronger_at) == (stronger_at, "")
