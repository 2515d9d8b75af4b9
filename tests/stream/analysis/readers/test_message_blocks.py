import gzip

import numpy as np
import pytest

from models.errors import RecordingError
from stream.analysis.readers.waveform import Choice, Hints
from stream.analysis.readers.waveform_files import read_waveforms
from tests.stream.analysis.files import RATE_HZ, message, sound_g, write_messages


def read(file, **hints):
    refused = []
    waveforms = list(read_waveforms(file, Hints(**hints), lambda line, error: refused.append((line.number, error))))
    return waveforms, refused


def blocks(samples, count, **fields):
    size = samples.size // count
    return [message(samples[k * size : (k + 1) * size], k * size / RATE_HZ, **fields) for k in range(count)]


def test_blocks_that_follow_each_other_are_joined(tmp_path):
    samples = sound_g(4.0)
    ((found,), refused) = read(write_messages(tmp_path / "a.jsonl", blocks(samples, 4)))
    assert refused == []
    assert np.allclose(found.samples, samples, atol=1e-7)
    assert (found.machine, found.point, found.rate_hz, found.unit, found.notes) == ("P1", "DE", RATE_HZ, "g", ())
    assert found.speed_rpm == 1500.0
    assert found.seconds == 4.0


def test_each_machine_and_point_is_one_waveform_in_the_order_of_appearance(tmp_path):
    samples = sound_g(2.0)
    places = [("泵", "驱动端"), ("P1", "DE"), ("泵", "NDE")]
    mixed = [
        message(samples[: samples.size // 2], second, machine=machine, point=point)
        for second in (0.0, 1.0)
        for machine, point in places
    ]
    found, _ = read(write_messages(tmp_path / "混合.jsonl", mixed))
    assert [(each.machine, each.point) for each in found] == places
    assert all(each.samples.size == samples.size for each in found)


def test_order_duplicates_and_jitter_do_not_matter(tmp_path):
    samples = sound_g(3.0)
    first, second, third = blocks(samples, 3)
    late = message(samples[samples.size // 3 : 2 * samples.size // 3], 1.0004)
    ((found,), _) = read(write_messages(tmp_path / "a.jsonl", [third, first, late, first]))
    assert np.allclose(found.samples, samples, atol=1e-7)
    assert found.notes == ()
    assert second["time"] < late["time"]


def test_of_a_recording_with_gaps_the_longest_piece_is_taken_of_equals_the_last(tmp_path):
    samples = sound_g(3.0)
    size = round(RATE_HZ)
    at = [0.0, 1.0, 60.0, 61.0, 120.0]
    gappy = [message(samples[:size] * (k + 1), second) for k, second in enumerate(at)]
    ((found,), _) = read(write_messages(tmp_path / "a.jsonl", gappy))
    assert found.notes == ("gaps",)
    assert np.allclose(found.samples, np.concatenate((samples[:size] * 3, samples[:size] * 4)), atol=1e-6)


def test_numbers_of_sequence_join_what_clocks_put_apart(tmp_path):
    samples = sound_g(2.0)
    half = samples.size // 2
    numbered = [message(samples[:half], 0.0, sequence=7), message(samples[half:], 1.2, sequence=8)]
    assert read(write_messages(tmp_path / "a.jsonl", numbered))[0][0].notes == ()
    numbered[1]["sequence"] = 9
    assert read(write_messages(tmp_path / "b.jsonl", numbered))[0][0].notes == ("gaps",)


def test_another_rate_or_unit_begins_another_piece(tmp_path):
    samples = sound_g(2.0)
    half = samples.size // 2
    for other in ({"rate": 6400.0}, {"unit": "m/s2"}):
        file = write_messages(
            tmp_path / "a.jsonl", [message(samples[:half]), message(samples[half:], 1.0, **other)]
        )
        assert read(file)[0][0].notes == ("gaps",)


def test_a_speed_that_varies_is_noted_and_one_that_is_given_holds(tmp_path):
    samples = sound_g(3.0)
    varying = blocks(samples, 3)
    for block, speed in zip(varying, (1400.0, 1500.0, 1600.0), strict=True):
        block["speed"] = speed
    file = write_messages(tmp_path / "a.jsonl", varying)
    found = read(file)[0][0]
    assert (found.speed_rpm, found.notes) == (1500.0, ("speed_varies",))
    assert read(file, speed_rpm=1480.0)[0][0].speed_rpm == 1480.0
    assert read(write_messages(tmp_path / "b.jsonl", [message(samples, speed=None)]))[0][0].speed_rpm is None


def test_bad_lines_are_told_and_the_rest_goes_on(tmp_path):
    file = write_messages(tmp_path / "a.jsonl", blocks(sound_g(2.0), 2))
    text = file.read_text("utf-8")
    file.write_text('nonsense\n{"type":"vibration"}\n' + text + text.splitlines()[0][:100] + "\n", encoding="utf-8")
    found, refused = read(file)
    assert [number for number, _ in refused] == [1, 2, 5]
    assert found[0].seconds == pytest.approx(2.0)


def test_gzip_and_what_is_cut_off(tmp_path):
    file = write_messages(tmp_path / "a.jsonl", blocks(sound_g(2.0), 2))
    packed = tmp_path / "b.jsonl.gz"
    packed.write_bytes(gzip.compress(file.read_bytes()))
    assert read(packed)[0][0].seconds == pytest.approx(2.0)
    packed.write_bytes(packed.read_bytes()[:-2000])
    with pytest.raises(RecordingError, match="cut off"):
        read(packed)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "is empty"),
        ("nonsense\n", "its only line is no message"),
        (
            '{"type":"reading","machine":"P1","point":"DE","time":"2026-03-01T00:00:00Z","values":{"bar":2}}\n',
            "only 1 other messages",
        ),
    ],
)
def test_a_recording_without_vibration_is_told(tmp_path, text, told):
    file = tmp_path / "a.jsonl"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(RecordingError, match=told):
        read(file)


def test_too_much_is_refused_before_it_is_joined(tmp_path, monkeypatch):
    monkeypatch.setattr("stream.analysis.readers.message_blocks.MAX_SAMPLES", 20_000)
    with pytest.raises(RecordingError, match="or cut it"):
        read(write_messages(tmp_path / "a.jsonl", blocks(sound_g(2.0), 2)))


def test_names_that_the_worker_would_refuse_are_looked_into_all_the_same(tmp_path):
    samples = sound_g(2.0)
    places = [("1772_OR@6", "DE (左)"), ("1772_OR#6", "DE (左)")]
    messages = [each for m, p in places for each in blocks(samples, 2, machine=m, point=p)]
    found, refused = read(write_messages(tmp_path / "a.jsonl", messages))
    assert refused == []
    assert [(each.machine, each.point) for each in found] == places  # alike once made plain, yet two machines
    assert all(each.seconds == 2.0 for each in found)


@pytest.mark.parametrize("machine", ["", "a\nb", "@" * 500, 5])
def test_names_that_nobody_can_read_are_refused(tmp_path, machine):
    good, bad = message(sound_g(1.0)), message(sound_g(1.0), machine=machine)
    found, refused = read(write_messages(tmp_path / "a.jsonl", [bad, good]))
    assert [number for number, _ in refused] == [1]
    assert [each.machine for each in found] == ["P1"]


def test_of_a_long_recording_only_what_is_wanted_counts(tmp_path, monkeypatch):
    samples = sound_g(1.0)
    monkeypatch.setattr("stream.analysis.readers.message_blocks.MAX_SAMPLES", samples.size)
    file = write_messages(tmp_path / "a.jsonl", [message(samples, point=point) for point in ("DE", "NDE", "X")])
    with pytest.raises(RecordingError, match="choose with --machine and --point"):
        read(file)
    choice = Choice("P1", "NDE")
    (found,) = read_waveforms(file, Hints(), lambda line, error: None, choice)
    assert found.point == "NDE"
    assert list(choice.others) == [("P1", "DE"), ("P1", "X")]
    assert list(read_waveforms(file, Hints(), lambda line, error: None, Choice("P9"))) == []
