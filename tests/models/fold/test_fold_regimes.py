"""Machines that start, stop and change speed and load: what is compared with what, and what raises nothing."""

from models import fold
from models.clock import from_datetime
from models.fold import dump_state, load_state
from models.machinery.machine import Learning
from models.observations import AcceptObserved, Tick
from tests.models.fold.observed import (
    alerts,
    at,
    configured,
    healths,
    reading,
    run,
    temperature,
    transitions,
    vibration,
)

LEARNING = Learning(duration_s=600.0, observations=60)
SLOW, FAST = {"speed_rpm": 740.0, "load_percent": 40.0}, {"speed_rpm": 1480.0, "load_percent": 90.0}


def slow(first, count, factor=1.0):
    return [vibration(i, factor=0.3 * factor, **SLOW) for i in range(first, first + count)]


def fast(first, count, factor=1.0):
    return [vibration(i, factor=factor, **FAST) for i in range(first, first + count)]


def statuses(outputs):
    return [health.status for health in healths(outputs)]


def test_a_regime_never_seen_is_learned_and_raises_nothing_though_it_is_three_times_as_loud():
    _, outputs = run([configured(learning=LEARNING), *slow(0, 200), *fast(200, 200)])
    assert not alerts(outputs)
    said = statuses(outputs)
    assert set(said[100:200]) == {"healthy"}
    assert set(said[210:260]) == {"warming_up"}
    assert said[-1] == "healthy"
    assert healths(outputs)[250].score is None


def test_a_fault_is_told_in_the_quiet_regime_though_the_loud_one_is_louder_still():
    sound = [*slow(0, 200), *fast(200, 200), *slow(400, 60)]
    state, outputs = run([configured(learning=LEARNING), *sound])
    assert not alerts(outputs)
    _, outputs = run(slow(460, 60, factor=3.0), state)
    assert ("change", "active", "medium") in transitions(outputs)
    loudest_slow_g = max(o.indicators["rms_g"] for o in slow(460, 60, 3.0))
    assert loudest_slow_g < 2 * min(o.indicators["rms_g"] for o in fast(460, 60))


def test_an_alert_goes_on_in_a_regime_where_nothing_is_known_and_the_fault_is_not_learned_there():
    state, _ = run([configured(learning=LEARNING), *slow(0, 200), *slow(200, 60, factor=3.0)])
    state, outputs = run(fast(260, 400, factor=3.0), state)
    assert not transitions(outputs)
    assert set(statuses(outputs)) == {"warning"}
    state, outputs = run(slow(660, 120), state)
    assert [state for _, state, _ in transitions(outputs)] == ["cleared"] * len(alerts(outputs))
    _, outputs = run(fast(780, 50), state)
    assert set(statuses(outputs)[10:]) == {"warming_up"}


def test_on_its_way_between_regimes_a_machine_is_neither_judged_nor_learned():
    state, _ = run([configured(learning=LEARNING), *slow(0, 200), *fast(200, 200)])
    channel = state.channels["indicators/drive-end"]
    before = {key: usual.learned for key, usual in channel.baselines_by_regime.items()}
    ramp = [
        vibration(400 + i, factor=9.0, speed_rpm=1250.0 - 60.0 * i, load_percent=90.0 - 5 * i) for i in range(8)
    ]
    state, outputs = run([*ramp, *slow(408, 5, factor=9.0)], state)
    assert not alerts(outputs)
    assert {health.anomaly.anomalous for health in healths(outputs)} == {None}
    assert {key: usual.learned for key, usual in channel.baselines_by_regime.items()} == before


def test_the_first_two_minutes_after_a_start_neither_teach_nor_alarm():
    state, _ = run([configured(learning=LEARNING), *fast(0, 200)])
    standing = [vibration(i, speed_rpm=0.0, factor=0.01) for i in range(200, 220)]
    state, outputs = run(standing, state)
    assert healths(outputs)[-1].running == "stopped"
    learned = state.channels["indicators/drive-end"].learned
    _, outputs = run(fast(220, 12, factor=8.0), state)
    assert {health.running for health in healths(outputs)} == {"starting"}
    assert not alerts(outputs)
    assert state.channels["indicators/drive-end"].learned == learned
    state, outputs = run(fast(232, 40, factor=8.0), state)
    assert ("change", "active", "low") in transitions(outputs), (
        "nothing is known of its starts: four times is no news"
    )
    _, outputs = run(fast(272, 60, factor=8.0), state)
    assert healths(outputs)[-1].running == "running"
    assert ("change", "active", "high") in transitions(outputs), "after ten minutes it is no start any more"


def test_what_stands_runs_again_only_clearly_above_the_limit():
    state, _ = run([configured(learning=LEARNING, speed_rpm=1480.0), *fast(0, 100)])
    _, outputs = run(
        [vibration(100, speed_rpm=73.0, factor=0.2), vibration(101, speed_rpm=80.0, factor=0.2)], state
    )
    assert statuses(outputs) == ["stopped", "stopped"]
    state, outputs = run([vibration(102, speed_rpm=105.0, factor=0.2)], state)
    assert statuses(outputs) == ["stopped"], "it stood below 74 rpm, and runs from 111 on"
    _, outputs = run([vibration(103, speed_rpm=115.0, factor=0.2)], state)
    assert statuses(outputs) == ["healthy"]


def test_a_load_next_to_nothing_is_idling():
    _, outputs = run([configured(), *(vibration(i, speed_rpm=1480.0, load_percent=5.0) for i in range(5))])
    assert healths(outputs)[-1].running == "idle"


def test_since_when_it_runs_idles_or_stands_is_told_once_that_was_seen_to_begin():
    state, outputs = run([configured(learning=LEARNING, speed_rpm=1480.0), *fast(0, 100)])
    assert (healths(outputs)[-1].running, healths(outputs)[-1].running_since) == ("running", None)

    def since(i, speed_rpm=1480.0, load_percent=90.0):
        nonlocal state
        factor = 1.0 if speed_rpm else 0.01
        state, outputs = run([vibration(i, factor=factor, speed_rpm=speed_rpm, load_percent=load_percent)], state)
        health = healths(outputs)[-1]
        return health.running, health.running_since and from_datetime(health.running_since)

    stood = since(100, 0.0)
    assert stood == ("stopped", at(100))
    assert since(110, 0.0) == stood
    state = load_state(dump_state(state))
    assert since(120) == ("starting", at(120))
    assert since(200) == ("running", at(120)), "it runs since it was started"
    assert since(210, load_percent=3.0) == ("idle", at(210))
    assert since(220, load_percent=2.0) == ("idle", at(210))
    assert since(230, load_percent=50.0) == ("running", at(230))
    assert since(240, 0.0) == ("stopped", at(240))


def test_nothing_is_said_of_running_while_nothing_comes():
    state, _ = run([configured(), *fast(0, 20)])
    _, outputs = run([Tick(machine="pump", observed_us=at(20) + 3_600_000_000)], state)
    (health,) = healths(outputs)
    assert (health.status, health.running, health.running_since) == ("no_data", None, None)


def test_nothing_is_said_of_running_where_nothing_tells():
    _, outputs = run([configured(), *(temperature(i) for i in range(5))])
    assert healths(outputs)[-1].running is None


def test_speed_and_load_may_come_as_readings_and_then_readings_have_their_regimes_too():
    def skid(i, speed, flow):
        return reading(i, values={"speed_rpm": speed, "load_percent": 80.0, "flow": flow + 0.1 * (i % 7)})

    first = [skid(i, 1480.0, 30.0) for i in range(200)]
    second = [skid(i, 740.0, 12.0) for i in range(200, 400)]
    state, outputs = run([configured(learning=LEARNING), *first, *second])
    assert not alerts(outputs)
    assert len(state.channels["readings/skid"].baselines_by_regime) == 2
    _, outputs = run([skid(i, 740.0, 30.0) for i in range(400, 460)], state)
    assert ("anomaly", "active", "low") in transitions(outputs)
    _, outputs = run([skid(460, 0.0, 0.0)], state)
    assert statuses(outputs) == ["watch"], "what stood open at the stop still does"
    assert [health.running for health in healths(outputs)] == ["stopped"]


def test_a_measured_speed_counts_more_than_a_nominal_one():
    def both(first, count, speed, factor):
        for i in range(first, first + count):
            yield reading(i, values={"motor_speed_rpm": speed})
            yield vibration(i, speed_rpm=1480.0, factor=factor)

    _, outputs = run(
        [configured(learning=LEARNING, speed_rpm=1480.0), *both(0, 200, 700.0, 0.3), *both(200, 200, 1470.0, 1.0)]
    )
    assert not alerts(outputs)


def test_what_is_accepted_as_normal_forgets_all_regimes_and_learns_the_present_one():
    loud = [*slow(400, 60, factor=3.0)]
    state, outputs = run([configured(learning=LEARNING), *slow(0, 200), *fast(200, 200), *loud])
    assert ("change", "active", "medium") in transitions(outputs)
    accepted = AcceptObserved(machine="pump", observed_us=at(460), time_us=at(460), digest="accepted", by="Wei")
    state, outputs = run([accepted], state)
    assert ("change", "cleared", "medium") in transitions(outputs)
    assert "Accepted as new normal by Wei." in [alert.text for alert in alerts(outputs)]
    state, outputs = run(slow(460, 200, factor=3.0), state)
    assert not alerts(outputs)
    assert (statuses(outputs)[50], statuses(outputs)[-1]) == ("warming_up", "healthy")
    state, outputs = run(fast(660, 100, factor=3.0), state)
    assert not alerts(outputs)
    _, outputs = run(slow(760, 60, factor=9.0), state)
    assert ("change", "active", "medium") in transitions(outputs)


def test_a_shock_as_the_first_thing_after_a_standstill_raises_nothing():
    state, _ = run([configured(learning=LEARNING), *fast(0, 200)])
    minutes = 60
    standing = [vibration(200 + i * minutes, speed_rpm=0.0, factor=0.01) for i in range(10)]
    state, _ = run(standing, state)
    first = 200 + 10 * minutes
    blocks = [vibration(first + i * minutes, factor=8.0 if i == 1 else 1.0, **FAST) for i in range(10)]
    _, outputs = run(blocks, state)
    assert not [alert for alert in alerts(outputs) if alert.rule == "change"]


def test_a_state_with_regimes_goes_on_bit_for_bit():
    found = [configured(learning=LEARNING), *slow(0, 150), *fast(150, 150), *slow(300, 7), *fast(307, 80)]
    whole, outputs = run(found)
    state = fold.initial_state("pump")
    for k, one in enumerate(found):
        state, out = fold.step(state, one)
        assert out == outputs[k]
        state = fold.load_state(fold.dump_state(state))
    assert fold.dump_state(state) == fold.dump_state(whole)


def test_no_score_of_100_while_an_alert_stands_where_nothing_is_known():
    def both(first, count, regime, factor):
        for i in range(first, first + count):
            yield vibration(i, factor=factor, **regime)
            yield temperature(i)

    other = [temperature(i, point="hall") for i in range(200)]
    first = sorted([*other, *both(0, 200, SLOW, 0.3), *both(200, 60, SLOW, 0.9)], key=lambda one: one.time_us)
    state, _ = run([configured(learning=LEARNING), *first])
    state, outputs = run(fast(260, 30, factor=3.0), state)
    last = healths(outputs)[-1]
    assert last.status == "warning"
    assert (last.score, last.deductions, last.remaining_life_h) == (None, (), None)
    assert last.reason
