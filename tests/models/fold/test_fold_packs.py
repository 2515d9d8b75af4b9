"""What a pack changes in the judgement of a machine, and that it travels with the machine's configuration."""

import msgspec
import pytest

from models import fold
from models.machinery.kinds import built_in_packs, packs_from
from models.machinery.machine import Configuration, Learning, Machine
from models.observations import Configured
from tests.models.fold.observed import START_US, alerts, at, healths, run, temperature, vibration

OWN = {
    "id": "press",
    "name": {"en": "press", "zh": "冲床"},
    "kinds": ["冲床"],
    "scope": {"en": "x", "zh": "某"},
    "zones": [{"mm_s": [1.0, 2.0, 9.0], "source": "house rule"}],
    "look": {"velocity": {"en": "Look at the tie rods.", "zh": "请检查拉杆。"}},
}


def described(pack, **description):
    machine = Machine(id="pump", **description)
    if pack is not None:
        machine = msgspec.structs.replace(machine, mechanism=pack.mechanism_of(machine))
    configuration = Configuration(machine=machine, learning=Learning(until_us=at(60)))
    return Configured(machine="pump", observed_us=START_US, configuration=configuration)


def folded(pack, observations, **description):
    return run([described(pack, **description), *observations])


PUMP = built_in_packs().find("pump")
LOUD = [*(vibration(i) for i in range(100)), *(vibration(i, factor=3.0) for i in range(100, 160))]
"""1.5 mm/s, then some 4.4 mm/s: zone C of a pump of category I, B of one of category II."""


def severity(outputs):
    """The highest limit at which an alert of severity was raised, and its text."""
    found = [alert for alert in alerts(outputs) if alert.rule == "severity" and alert.state == "active"]
    return found[-1] if found else None


def test_a_pump_is_judged_by_the_zones_of_its_category():
    description = {"kind": "pump", "power_kw": 45.0, "mounting": "rigid"}
    _, general = folded(None, LOUD, **description)
    _, first = folded(PUMP, LOUD, category="I", **description)
    _, second = folded(PUMP, LOUD, category="II", **description)
    limits = [(severity(outputs).priority, severity(outputs).limit) for outputs in (general, first)]
    assert limits == [("medium", 2.8), ("medium", 4.0)]
    assert severity(second) is None or severity(second).priority == "low"


def test_a_small_pump_has_zones_though_iso_20816_3_is_not_for_it():
    loud = [*LOUD, *(vibration(i, factor=6.0) for i in range(160, 220))]
    _, outputs = folded(PUMP, loud, kind="pump", power_kw=7.5, category="II")
    assert (severity(outputs).priority, severity(outputs).limit) == ("high", 8.5)
    _, without = folded(None, loud, kind="pump", power_kw=7.5)
    assert severity(without) is None


def test_a_spindle_is_not_judged_by_zones_that_are_not_for_it():
    spindle = built_in_packs().find("spindle")
    _, outputs = folded(spindle, LOUD, kind="spindle", power_kw=22.0, mounting="rigid")
    assert severity(outputs) is None
    assert any(alert.rule == "change" for alert in alerts(outputs))


@pytest.mark.parametrize("point", ["drive-end", "winding"])
def test_a_rolling_bearing_has_the_limit_of_its_pack_while_it_is_learned(point):
    motor = built_in_packs().find("motor")
    hot = [temperature(i, 99.0, point=point) for i in range(50)]
    _, outputs = folded(motor, hot, kind="motor", bearings={"drive-end": "6205"})
    raised = [(alert.rule, alert.priority, alert.limit) for alert in alerts(outputs)]
    assert raised[-1:] == ([("temperature", "medium", 95.0)] if point == "drive-end" else [])


def test_an_alert_says_what_to_look_at_on_such_a_machine():
    own = packs_from({"pack": [OWN]}, "own.toml").find("冲床")
    _, outputs = folded(own, LOUD, kind="冲床")
    told = severity(outputs)
    assert told.text.endswith("Look at the tie rods.")
    assert told.text_zh.endswith("请检查拉杆。")
    _, general = folded(None, LOUD, kind="冲床", power_kw=45.0, mounting="rigid")
    assert severity(general).text.endswith("Look at unbalance, alignment, looseness and the bearings.")


def test_what_is_recorded_replays_bit_for_bit_without_the_pack():
    own = packs_from({"pack": [OWN]}, "own.toml").find("冲床")
    observations = [described(own, kind="冲床"), *LOUD]
    state, outputs = run(observations)
    sent = [msgspec.msgpack.decode(msgspec.msgpack.encode(o), type=type(o)) for o in observations]
    again, replayed = run(sent)
    assert msgspec.msgpack.encode(replayed) == msgspec.msgpack.encode(outputs)
    assert fold.dump_state(again) == fold.dump_state(state)
    assert fold.dump_state(fold.load_state(fold.dump_state(state))) == fold.dump_state(state)
    assert healths(outputs)[-1].configuration == observations[0].configuration.version()


def test_a_recording_from_before_there_were_packs_is_judged_as_then():
    plain = msgspec.to_builtins(described(None, kind="pump", power_kw=45.0, mounting="rigid"))
    del plain["configuration"]["machine"]["mechanism"], plain["configuration"]["machine"]["category"]
    _, old = run([msgspec.convert(plain, Configured), *LOUD])
    _, new = folded(None, LOUD, kind="pump", power_kw=45.0, mounting="rigid")
    assert msgspec.msgpack.encode(old) == msgspec.msgpack.encode(new)
