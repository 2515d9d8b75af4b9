"""A machine that was broken when it was learned, beside machines like it; and one that is merely another."""

import msgspec
import pytest

from models import fold
from models.learning.sisters import Sisterhood
from models.machinery.machine import Configuration, Machine
from models.observations import AcceptObserved, Compared, Configured, MaintenanceObserved
from models.outputs import Alert, Health, Usual
from tests.models.fold.observed import at, run, vibration


def machine(name: str, kind: str = "pump") -> Configured:
    described = Machine(id=name, kind=kind, power_kw=30.0, speed_rpm=1480.0)  # without zones of severity
    return Configured(machine=name, observed_us=at(0), configuration=Configuration(machine=described))


def learned(name: str, factor: float = 1.0, kind: str = "pump", first: int = 0):
    """Give the state of a machine that has learned, and all that was said of it."""
    blocks = [vibration(i, machine=name, factor=factor, speed_rpm=1480.0) for i in range(first, first + 200)]
    return run([machine(name, kind), *blocks])


def usuals(outputs):
    return [each for out in outputs for each in out if isinstance(each, Usual)]


def alerts(outputs):
    return [each for out in outputs for each in out if isinstance(each, Alert) and each.rule == "sisters"]


def fleet(count: int = 5) -> Sisterhood:
    sisterhood = Sisterhood()
    for number in range(count):
        for usual in usuals(learned(f"P-{number}", 1.0 + 0.03 * number)[1]):
            sisterhood.learn_one(usual)
    return sisterhood


def compared(state, sisterhood: Sisterhood, number: int | None = None) -> Compared:
    return Compared(
        machine=state.machine,
        observed_us=state.observed_us,
        number=sisterhood.number if number is None else number,
        baselines=sisterhood.sisters_of(state.machine, state.usuals),
    )


def test_what_is_usual_is_told_once_when_it_has_been_learned():
    state, outputs = learned("P-9")
    (usual,) = usuals(outputs)
    assert usual.group == "pump|75||drive-end|1480||25600"
    assert set(usual.values) == {"rms_g", "velocity_rms_mm_s", "envelope_rms_g"}
    assert not usuals(run([vibration(i, machine="P-9", speed_rpm=1480.0) for i in range(200, 260)], state)[1])


def test_a_machine_that_was_broken_when_it_was_learned_is_told_from_those_like_it():
    sisterhood = fleet()
    state, _ = learned("P-9", factor=3.0)
    state, outputs = run([compared(state, sisterhood)], state)
    (alert,) = alerts(outputs)
    assert (alert.priority, alert.state, alert.point) == ("low", "active", "drive-end")
    assert "times that of 5 like it" in alert.text
    assert "台同类设备" in alert.text_zh
    state, outputs = run([vibration(200, machine="P-9", factor=3.0, speed_rpm=1480.0)], state)
    (health,) = [each for each in outputs[0] if isinstance(each, Health)]
    assert (health.status, health.deductions) == ("watch", ()), "low, and no points are taken off"


@pytest.mark.parametrize(("factor", "count"), [(1.6, 5), (3.0, 4), (1 / 1.6, 5)])
def test_nothing_is_said_within_twice_as_loud_or_of_fewer_than_five(factor, count):
    state, _ = learned("P-9", factor=factor)
    _, outputs = run([compared(state, fleet(count))], state)
    assert not alerts(outputs)


def test_machines_of_another_kind_are_no_sisters():
    state, _ = learned("F-1", factor=3.0, kind="fan")
    _, outputs = run([compared(state, fleet())], state)
    assert not alerts(outputs)


def test_what_somebody_accepts_is_not_asked_again_until_the_machine_is_mended():
    sisterhood = fleet()
    state, _ = learned("P-9", factor=3.0)
    state, _ = run([compared(state, sisterhood)], state)
    accept = AcceptObserved(machine="P-9", observed_us=at(210), time_us=at(210), digest="a", point="drive-end")
    state, outputs = run([accept], state)
    assert [alert.state for alert in alerts(outputs)] == ["cleared"]
    again = [vibration(i, machine="P-9", factor=3.0, speed_rpm=1480.0) for i in range(220, 520)]
    state, outputs = run([*again], state)
    assert len(usuals(outputs)) == 1
    state, outputs = run([compared(state, sisterhood)], state)
    assert not alerts(outputs)
    mended = MaintenanceObserved(machine="P-9", observed_us=at(530), time_us=at(530), digest="m", done="bearing")
    once_more = [vibration(i, machine="P-9", factor=3.0, speed_rpm=1480.0) for i in range(540, 840)]
    _, outputs = run([mended, *once_more], state)
    assert [alert.state for alert in alerts(outputs)] == ["active"], "it knows its sisters, and has learned anew"


def test_a_machine_that_is_described_otherwise_is_compared_anew_and_a_standing_alert_never_hides_that():
    """Nor does it keep the machine from telling what it learns in another way of running."""
    sisterhood = fleet()
    state, _ = learned("P-9", factor=3.0)
    state, _ = run([compared(state, sisterhood)], state)
    again = [vibration(i, machine="P-9", factor=3.0, speed_rpm=1480.0) for i in range(200, 210)]
    state, outputs = run([machine("P-9", "fan"), *again], state)
    assert [usual.group.split("|")[0] for usual in usuals(outputs)] == ["fan"]
    assert [alert.state for alert in alerts(outputs)] == ["cleared"]
    assert state.sisters == {}


def test_an_older_word_on_the_sisters_changes_nothing():
    sisterhood = fleet()
    state, _ = learned("P-9", factor=3.0)
    state, _ = run([compared(state, sisterhood)], state)
    older = msgspec.structs.replace(compared(state, sisterhood, number=1), baselines={})
    before = fold.dump_state(state)
    state, outputs = run([older], state)
    assert not alerts(outputs)
    assert fold.load_state(before).sisters == state.sisters


def test_a_machine_with_an_alert_tells_nothing_of_what_is_usual():
    described = Machine(id="P-9", kind="pump", power_kw=30.0, mounting="rigid", speed_rpm=1480.0)
    configured = Configured(machine="P-9", observed_us=at(0), configuration=Configuration(machine=described))
    loud = [vibration(i, machine="P-9", factor=4.0, speed_rpm=1480.0) for i in range(400)]
    state, outputs = run([configured, *loud])
    assert state.channels["indicators/drive-end"].alarms["severity"].level
    assert not usuals(outputs)
