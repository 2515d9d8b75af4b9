"""The simulator's way out: messages as the contract has them, due when they should be, files that repeat."""

import gzip
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.clock import MINUTE_US, SECOND_US
from models.errors import RecordingError
from models.simulation.run import simulate
from stream.messages.measurements import Temperature, Vibration, decode, encode
from stream.recordings.reading import Recordings, decode_line
from stream.recordings.simulating import (
    SimulationClock,
    as_lines,
    as_message,
    default_start_us,
    paced,
    until,
    write_recording,
)

START_US = 1_767_225_600 * SECOND_US


def some(count=24, seed=0):
    return islice(simulate(seed=seed, start_us=START_US), count)


def test_every_measurement_becomes_a_message_that_the_edge_takes():
    messages = [as_message(each) for each in some()]
    assert {type(each) for each in messages} == {Vibration, Temperature}
    for message in messages:
        packed = encode(message)
        assert len(packed) < 110_000
        assert decode(packed) == message


def test_the_waveform_arrives_as_it_was_measured():
    measured = next(some())
    waveform = as_message(measured).waveform()
    assert waveform == pytest.approx(measured.counts * measured.scale_g)


@pytest.mark.parametrize("name", ["run.jsonl", "run.jsonl.gz", "记录.jsonl.gz"])
def test_a_recording_reads_back_and_repeats_byte_for_byte(tmp_path, name):
    first, second = tmp_path / name, tmp_path / ("again-" + name)
    assert write_recording(as_lines(some()), first) == 24
    write_recording(as_lines(some()), second)
    assert first.read_bytes() == second.read_bytes()
    assert [decode_line(line) for line in Recordings([first])] == [as_message(each) for each in some()]
    write_recording(as_lines(some(seed=1)), second)
    assert first.read_bytes() != second.read_bytes()


def test_a_packed_recording_is_a_gzip_file(tmp_path):
    file = tmp_path / "run.jsonl.gz"
    write_recording(as_lines(some(3)), file)
    assert gzip.decompress(file.read_bytes()).count(b"\n") == 3


def test_a_file_that_cannot_be_written_is_told_in_one_line(tmp_path):
    with pytest.raises(RecordingError, match="cannot be written"):
        write_recording(as_lines(some(1)), tmp_path / "missing" / "run.jsonl")


def test_a_run_ends_where_it_is_told_to():
    kept = list(until(some(100), START_US + 2 * MINUTE_US))
    assert len(kept) == 24
    assert max(each.time_us for each in kept) < START_US + 2 * MINUTE_US


@given(
    speed_up=st.just(0.0) | st.floats(1e-3, 1e9),
    head_start_us=st.integers(0, 10**12),
    history_us=st.integers(0, 10**12),
    offsets=st.lists(st.integers(0, 10**13), min_size=2, max_size=20),
)
def test_nothing_is_due_before_it_is_measured_and_order_is_kept(speed_up, head_start_us, history_us, offsets):
    begun_us = 10**15
    pace = SimulationClock(
        start_us=begun_us - history_us, begun_us=begun_us, speed_up=speed_up, head_start_us=head_start_us
    )
    times = sorted(pace.start_us + offset for offset in offsets)
    due = [pace.due_us(time_us) for time_us in times]
    assert due == sorted(due)
    assert all(d >= t and d >= begun_us for d, t in zip(due, times, strict=True))


def test_the_head_start_is_due_at_once():
    pace = SimulationClock(start_us=0, begun_us=10**12, speed_up=60, head_start_us=120 * MINUTE_US)
    assert pace.due_us(120 * MINUTE_US) == 10**12
    assert pace.due_us(121 * MINUTE_US) == 10**12 + SECOND_US


def test_measurements_wait_until_they_are_due_and_stop_when_told():
    now = [START_US + 60 * MINUTE_US]
    waited = []

    def stopped(seconds):
        waited.append(seconds)
        now[0] += round(seconds * SECOND_US)
        return now[0] > START_US + 60 * MINUTE_US + 3 * SECOND_US

    pace = SimulationClock(start_us=START_US, begun_us=now[0], speed_up=60)
    sent = list(paced(simulate(start_us=START_US), pace, stopped=stopped, clock_us=lambda: now[0]))
    assert 3 * 12 <= len(sent) <= 4 * 12
    assert max(waited) <= 0.25


def test_the_default_start_is_a_day_ago():
    assert 24 * 60 * MINUTE_US <= START_US + 17 - default_start_us(START_US + 17) < 24 * 60 * MINUTE_US + MINUTE_US
