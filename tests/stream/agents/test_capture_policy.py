"""Which blocks leave spectra and waveforms behind, and that what is held for it stays small."""

import itertools
from datetime import UTC, datetime, timedelta

import msgspec
import numpy as np
import pytest

from models.machinery.machine import Configuration, Machine
from models.outputs import Alert
from stream.agents import capture_policy as module
from stream.agents.capture_policy import CapturePolicy
from stream.messages.measurements import Vibration
from stream.messages.observe import observe

NOON = datetime(2026, 3, 1, 12, 20, tzinfo=UTC)
HOURLY = ["velocity_spectrum", "envelope_spectrum"]
NOISE = np.random.default_rng(0).standard_normal(12_800)


def block(time=NOON, *, machine="泵", point="p", speed=1480.0, samples=NOISE, rate=12_800.0):
    data = samples if isinstance(samples, list) else np.asarray(samples, dtype="<f4").tobytes()
    return Vibration(machine=machine, point=point, time=time, rate=rate, unit="g", samples=data, speed=speed)


def observed(message, now=None):
    now_us = module.from_datetime(now) if now else message.end_us
    return observe(message, Configuration(machine=Machine(id=message.machine)), observed_us=now_us, source=None)


def take(memory, message, now=None):
    return memory.on_block(message, observed(message, now))


def kinds(captures):
    return [capture.kind for capture in captures]


def alert(time, *, machine="泵", point="p", number=1, state="active", since=None):
    return Alert(
        id=f"a{number}",
        machine=machine,
        point=point,
        time=time,
        rule="change",
        state=state,
        priority="low",
        value=2.0,
        limit=1.0,
        text="",
        text_zh="",
        since=since or time,
        configuration="",
        observation="",
    )


def end(message):
    return message.time + timedelta(seconds=message.seconds)


def test_a_point_leaves_spectra_each_hour_and_a_waveform_each_day():
    memory = CapturePolicy()
    minutes = [NOON + timedelta(minutes=minute) for minute in range(0, 26 * 60, 20)]
    taken = [capture for time in minutes for capture in take(memory, block(time))]
    spectra = [capture for capture in taken if capture.kind == "velocity_spectrum"]
    waveforms = [capture for capture in taken if capture.kind == "waveform"]
    assert [each.time.hour for each in spectra] == [hour % 24 for hour in range(12, 39)]
    assert len({(each.kind, each.time) for each in taken}) == len(taken)
    assert [each.time.isoformat() for each in waveforms] == [
        "2026-03-01T00:00:00+00:00",
        "2026-03-02T00:00:00+00:00",
    ]
    assert waveforms[0].measured == end(block(NOON))


def test_points_and_machines_are_taken_apart():
    memory = CapturePolicy()
    for machine, point in (("a", "p"), ("a", "q"), ("b", "p")):
        assert kinds(take(memory, block(machine=machine, point=point))) == [*HOURLY, "waveform"]
    assert take(memory, block(NOON + timedelta(minutes=1), machine="a")) == []


def test_a_late_block_leaves_the_spectrum_of_its_own_hour():
    memory = CapturePolicy()
    take(memory, block())
    late = take(memory, block(NOON - timedelta(hours=3)))
    assert kinds(late) == HOURLY
    assert late[0].time.hour == 9
    assert take(memory, block(NOON + timedelta(minutes=1))) == []


@pytest.mark.parametrize(
    ("message", "now"),
    [
        (block(samples=np.full(12_800, 3.0)), None),
        (block(samples=np.where(np.arange(12_800) % 90, NOISE, np.nan)), None),
        (block(speed=0.0), None),
        (block(), NOON - timedelta(hours=1)),
    ],
    ids=["stuck", "not finite", "standing", "future"],
)
def test_what_says_nothing_of_the_machine_waits_for_a_better_block(message, now):
    memory = CapturePolicy()
    assert take(memory, message, now) == []
    assert kinds(take(memory, block(NOON + timedelta(minutes=2)))) == [*HOURLY, "waveform"]


def test_an_alert_keeps_the_block_that_raised_it_and_the_next():
    memory = CapturePolicy()
    first, second, third, fourth = (block(NOON + timedelta(minutes=minute)) for minute in range(4))
    for message in (first, second):
        take(memory, message)
    raised = memory.on_alert(alert(end(second)))
    assert [(each.kind, each.measured, each.time, each.alert) for each in raised] == [
        ("waveform", end(second), end(second), "a1")
    ]
    (after,) = take(memory, third)
    assert (after.measured, after.alert) == (end(third), "a1")
    assert take(memory, fourth) == []


def test_an_alert_that_comes_behind_its_blocks_still_finds_them():
    memory = CapturePolicy()
    blocks = [block(NOON + timedelta(minutes=minute)) for minute in range(5)]
    for message in blocks:
        take(memory, message)
    found = memory.on_alert(alert(end(blocks[3])))
    assert [each.measured for each in found] == [end(blocks[3]), end(blocks[4])]
    assert memory.on_alert(alert(end(blocks[0]))) == [], "gone: only the last three are held"


def test_an_alert_of_another_instrument_keeps_all_points_of_its_machine():
    memory = CapturePolicy()
    for point in ("q", "p"):
        take(memory, block(point=point))
    take(memory, block(machine="other"))
    found = memory.on_alert(alert(NOON + timedelta(minutes=1), point="winding"))
    assert {(each.machine, each.point) for each in found} == {("泵", "p"), ("泵", "q")}


def test_nothing_is_kept_for_changes_of_an_alert_or_long_after():
    memory = CapturePolicy()
    take(memory, block())
    raised = end(block())
    assert memory.on_alert(alert(raised, state="cleared")) == []
    assert memory.on_alert(alert(raised, since=raised - timedelta(minutes=3))) == []
    assert memory.on_alert(alert(raised + timedelta(hours=2))) == []
    assert memory.on_alert(alert(raised, machine="nobody")) == []
    assert len(memory.on_alert(alert(raised))) == 1
    assert kinds(take(memory, block(NOON + timedelta(hours=2)))) == HOURLY, "the next one came too late"


def test_a_sensor_that_comes_and_goes_fills_no_disk():
    memory = CapturePolicy()
    kept = 0
    for minute in range(200):
        message = block(NOON + timedelta(minutes=minute))
        kept += len([each for each in take(memory, message) if each.alert])
        kept += len(memory.on_alert(alert(end(message), number=minute)))
    assert kept <= 20


def test_what_is_held_is_bounded():
    room = 2_000_000
    memory = CapturePolicy(room_bytes=room, remembered=100)
    samples = {"long": np.zeros(200_000), "list": [0.5] * 4096, "tiny": np.zeros(1)}
    for number, (name, values) in itertools.product(range(300), samples.items()):
        take(memory, block(machine=f"{name} {number}", samples=values))
        assert memory.held_bytes <= room
    assert memory.held_bytes > 0
    assert len(memory._taken) <= 100
    held = [held for points in memory._machines.values() for point in points.values() for held in point.blocks]
    assert memory.held_bytes == sum(each.bytes for each in held)
    assert max(each.message.count for each in held) <= 24_000


def test_a_fault_in_it_costs_nothing_but_the_spectrum(monkeypatch, caplog):
    def failing(*_, **__):
        raise ZeroDivisionError("made up")

    monkeypatch.setattr(module, "hourly_spectra", failing)
    memory = CapturePolicy()
    assert take(memory, block()) == []
    assert "no spectrum kept" in caplog.text
    (kept,) = memory.on_alert(alert(end(block())))
    assert kept.measured == end(block()), "the waveform is there for an alert all the same"


def test_the_kept_spectrum_is_the_block_s_own():
    message = msgspec.structs.replace(block(), speed=None)
    spectrum = take(CapturePolicy(), message)[0]
    assert (spectrum.machine, spectrum.point, spectrum.speed_rpm) == ("泵", "p", None)
    assert spectrum.measured == end(message)


def test_a_point_for_each_message_leaves_no_more_spectra_than_a_machine_has_points():
    memory = CapturePolicy()
    captures = [capture for i in range(200) for capture in take(memory, block(point=f"p{i}"))]
    assert {capture.point for capture in captures} == {f"p{i}" for i in range(64)}
    later = block(NOON + timedelta(days=8), point="p200")
    assert take(memory, later), "the one that was silent for a week gives way"
