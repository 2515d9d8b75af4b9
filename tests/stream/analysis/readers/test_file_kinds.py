"""Each kind of mistake that files bring, made here: read right, or refused with a fix; never a wrong number."""

import gzip

import numpy as np
import pytest
from scipy.io import savemat

from stream.analysis.readers import budget
from tests.stream.analysis.files import read, refused

RATE = 1000.0
SINE = 5.0 * np.sin(2 * np.pi * 50 * np.arange(3000) / RATE + 0.1)
GIVEN = {"rate_hz": RATE, "unit": "g"}


def table(tmp_path, rows, name="a.csv"):
    file = tmp_path / name
    file.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return file


def timed(header="Time (s),acc (g)", samples=SINE, step=1 / RATE):
    return [header, *(f"{k * step:.6f},{value:.5f}" for k, value in enumerate(samples))]


def is_sine(found, rate=RATE):
    assert found.rate_hz == pytest.approx(rate, rel=1e-3)
    assert np.allclose(found.samples, SINE[: found.samples.size], atol=1e-4)


# --- time


@pytest.mark.parametrize(("factor", "begin"), [(1e3, 1_788_594_189_329), (1e6, 1_788_594_189_329_000)])
def test_epoch_numbers_say_their_unit_themselves(tmp_path, factor, begin):
    rows = ["timestamp,vibration_g", *(f"{begin + round(k / RATE * factor)},{v:.5f}" for k, v in enumerate(SINE))]
    found = read(table(tmp_path, rows))
    is_sine(found)
    assert found.assumed["time_unit"].startswith("epoch")


def test_epoch_stamps_that_are_rounded_to_ms_give_the_rate_where_they_are_many(tmp_path):
    rows = [f"{1_788_594_189_000 + k * 10 // 128},{value:.5f}" for k, value in enumerate(np.resize(SINE, 20_000))]
    assert read(table(tmp_path, ["timestamp,acc (g)", *rows])).rate_hz == pytest.approx(12_800, rel=2e-3)


@pytest.mark.parametrize(("unit", "step"), [("samples", 1.0), ("fortnights", 1e-3), ("ticks", 1e-3)])
def test_a_unit_of_time_that_nobody_knows_is_refused(tmp_path, unit, step):
    assert f"({unit}) is not known; give --rate" in refused(
        table(tmp_path, timed(f"Time ({unit}),acc (g)", step=step))
    )


def test_a_rate_that_no_sensor_has_is_asked_about(tmp_path):
    assert "1000 Hz if that was kHz" in refused(table(tmp_path, timed("Time,acc (g)", step=1.0)))
    savemat(tmp_path / "a.mat", {"vib": SINE, "Fs": 12.8})
    assert "12800 Hz if that was kHz" in refused(tmp_path / "a.mat", unit="g")


@pytest.mark.parametrize(
    "stamp", ["11/29/2025 01:05:{s:06.3f} PM", "29.11.2025 13:05:{s:06.3f}", "05:{s:04.1f}", "下午1:05:{s:06.3f}"]
)
def test_stamps_in_any_order_and_none_that_is_not_needed(tmp_path, stamp):
    rows = ["Stamp,X (g),Y (g)", *(f"{stamp.format(s=k / RATE)},0,{value:.5f}" for k, value in enumerate(SINE))]
    file = table(tmp_path, rows)
    is_sine(read(file, column="Y", rate_hz=RATE))
    if ".1f" not in stamp:
        is_sine(read(file, column="Y"))
    broken = table(tmp_path, [*rows[:5], rows[5].replace("05:", "0x:"), *rows[6:]], "b.csv")
    is_sine(read(broken, column="Y", rate_hz=RATE))
    assert "line 6: '" in refused(broken, column="Y")


def test_date_and_time_of_day_in_two_columns_and_midnight(tmp_path):
    seconds = [86_399 + k / RATE for k in range(SINE.size)]
    clocks = [f"{int(s // 3600) % 24:02d}:{int(s // 60) % 60:02d}:{s % 60:06.3f}" for s in seconds]
    dates = ["28/02/2026" if s < 86_400 else "01/03/2026" for s in seconds]
    both = [f"{d},{c},{v:.5f}" for d, c, v in zip(dates, clocks, SINE, strict=True)]
    is_sine(read(table(tmp_path, ["Date,Clock,acc (g)", *both])))
    is_sine(read(table(tmp_path, ["Clock,acc (g)", *(f"{c},{v:.5f}" for c, v in zip(clocks, SINE, strict=True))])))


# --- numbers that are no samples


@pytest.mark.parametrize("index", [False, True])
@pytest.mark.parametrize("first", [0, 1])
def test_a_header_of_numbers_names_the_columns(tmp_path, index, first):
    rows = [f"{k},0.5,{v:.5f},0.25" if index else f"0.5,{v:.5f},0.25" for k, v in enumerate(SINE)]
    names = ",".join(str(n + first) for n in range(3))
    file = table(tmp_path, [f",{names}" if index else names, *rows])
    is_sine(read(file, **GIVEN, column=str(1 + first)))


@pytest.mark.parametrize(
    "above", [["4096"], ["# made", "25600"], ["Title 7"], ["3000", "1"], ["4000", "2000"], ["acc", "3000"]]
)
def test_counts_rates_and_titles_above_are_no_samples(tmp_path, above):
    is_sine(read(table(tmp_path, [*above, *(f"{value:.5f}" for value in SINE)]), **GIVEN))


def test_comments_in_the_body_and_at_the_end(tmp_path):
    rows = timed()
    for mark in ("#", ";", "%", "//", "!"):
        is_sine(read(table(tmp_path, [*rows[:900], f"{mark} remark, 7", *rows[900:], f"{mark}shutdown: off"])))


# --- units


@pytest.mark.parametrize(
    "name", ["CH1 100mV/g", "Counts/g", "10.2 mV/m/s2", "V/mm/s", "pC/g", "acc (V)", "x [LSB]"]
)
def test_sensitivities_and_raw_values_are_asked_for(tmp_path, name):
    file = table(tmp_path, timed(f"Time (s),{name}"))
    told = refused(file)
    assert "--unit" in told
    assert "--scale" in told
    assert "--scale" in refused(file, unit="g")
    assert np.allclose(read(file, unit="g", scale=10.0).samples, 10 * SINE, atol=1e-3)


def test_the_arithmetic_of_a_sensitivity_is_offered(tmp_path):
    assert "100 mV/g makes --scale 10 of volts" in refused(table(tmp_path, timed("t,CH1 100 mV/g")))
    rows = ["Sensitivity: 100 mV/g", *timed("t,CH1 (V)")]
    assert "--scale 10 of volts" in refused(table(tmp_path, rows))


def test_whole_numbers_in_text_are_counts(tmp_path):
    rows = ["Time (s),acc (g)", *(f"{k / RATE:.6f},{round(400 * value)}" for k, value in enumerate(SINE))]
    assert "counts of a converter" in refused(table(tmp_path, rows))
    assert np.allclose(read(table(tmp_path, rows), scale=1 / 400).samples, SINE, atol=2e-3)


# --- ambiguity


def test_a_name_that_two_columns_have_is_refused_with_both_numbers(tmp_path):
    rows = ["t,a (g),a (g)", *(f"{k / RATE},0.1,{value:.5f}" for k, value in enumerate(SINE))]
    for asked in ("a (g)", "a", "A (G)"):
        assert "2 or 3" in refused(table(tmp_path, rows), column=asked)
    is_sine(read(table(tmp_path, rows), column="3"))


def test_a_number_that_may_mean_two_columns_is_refused_with_both_named(tmp_path):
    rows = ["Time (s),CH1 (g),CH2 (g)", *(f"{k / RATE},0.1,{value:.5f}" for k, value in enumerate(SINE))]
    told = refused(table(tmp_path, rows), column="2")
    assert "'CH2 (g)'" in told
    assert "'CH1 (g)'" in told
    is_sine(read(table(tmp_path, rows), column="CH2"))


@pytest.mark.parametrize("line", ["Sample rate: 25,600 Hz", "SampleRate, 400,Hz", "Fs=12.8 kHz", "dt: 39.0625 us"])
def test_two_rates_are_refused_with_both_named(tmp_path, line):
    told = refused(table(tmp_path, [line, *timed()]))
    assert line in told
    assert "the times in column Time (s): 1000 Hz" in told
    is_sine(read(table(tmp_path, [line, *timed()]), rate_hz=RATE))


def test_order_of_columns_words_and_ragged_ends_are_no_obstacle(tmp_path):
    rows = [f"{value:.5f},ok,{k / RATE:.6f},{'' if k > 100 else k}" for k, value in enumerate(SINE)]
    is_sine(read(table(tmp_path, ["acc (g),state,Time (s),short", *rows]), column="acc"))


def test_rows_of_several_series_are_refused_by_name(tmp_path):
    rows = [f"{k / RATE},{name},{v:.5f}" for k, v in enumerate(SINE[:500]) for name in ("DE", "NDE")]
    told = refused(table(tmp_path, ["Time (s),sensor,acc (g)", *rows]), **GIVEN)
    assert "DE (500 rows), NDE (500 rows)" in told
    assert "keep the rows of one" in told


@pytest.mark.parametrize("rows", [1, 3])
def test_a_row_of_many_numbers_is_a_signal(tmp_path, rows):
    line = ",".join(f"{value:.5f}" for value in SINE)
    is_sine(read(table(tmp_path, [line] * rows), **GIVEN, column=str(rows)))


# --- gaps


@pytest.mark.parametrize("how", ["times", "counter", "comment"])
def test_gaps_are_told_and_the_longest_stretch_taken(tmp_path, how):
    kept = [k for k in range(SINE.size) if not 2000 <= k < 2100]
    rows = {
        "times": ["t (s),acc (g)", *(f"{k / RATE:.6f},{SINE[k]:.5f}" for k in kept)],
        "counter": ["sample,acc (g)", *(f"{k},{SINE[k]:.5f}" for k in kept)],
        "comment": ["acc (g)", *(f"{SINE[k]:.5f}" for k in kept)],
    }[how]
    if how == "comment":
        rows.insert(2001, "# lost packets: 3")
    found = read(table(tmp_path, rows), **({} if how == "times" else {"rate_hz": RATE}))
    assert found.notes == ("gaps",)
    assert found.samples.size == 2000
    is_sine(found)


# --- whole-file mistakes


@pytest.mark.parametrize("name", ["a.csv", "a.txt", "a.jsonl"])
@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"<!DOCTYPE html><html>login</html>", "HTML page"),
        (b'[{"type":"vibration"},\n{"type":"vibration"}]', "one JSON array"),
        (b"PK\x03\x04" + bytes(100), "spreadsheet"),
        (b"%PDF-1.7", "PDF"),
        (b"PAR1" + bytes(50), "Parquet"),
    ],
)
def test_files_of_another_kind_get_one_error(tmp_path, name, content, told):
    (tmp_path / name).write_bytes(content)
    assert told in refused(tmp_path / name)


def test_what_unpacks_to_too_much_is_refused_before(tmp_path, monkeypatch):
    monkeypatch.setattr(budget, "MAX_UNPACKED_BYTES", 1 << 20)
    monkeypatch.setattr("stream.analysis.readers.matlab_sizes.MAX_UNPACKED_BYTES", 1 << 20)
    savemat(tmp_path / "a.mat", {"acc": np.zeros(1 << 20)}, do_compression=True)
    np.savez_compressed(tmp_path / "a.npz", acc=np.zeros(1 << 20))
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(b"0.5\n" * (1 << 20)))
    for name in ("a.mat", "a.npz", "a.csv.gz"):
        assert "cut a piece" in refused(tmp_path / name, **GIVEN)


def test_a_packed_table_is_read(tmp_path):
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress("\n".join(timed()).encode()))
    is_sine(read(tmp_path / "a.csv.gz"))


def test_many_columns_cost_in_proportion(tmp_path):
    names = ",".join(["Time (s)", *(f"kanal{k}" for k in range(8000))])
    file = table(tmp_path, [names, *(",".join([f"{k / RATE}", *["0.5"] * 8000]) for k in range(30))])
    assert "and 7981 more" in refused(file, **GIVEN)
    assert read(file, **GIVEN, column="kanal7999").samples.size == 30


def test_cells_of_matlab(tmp_path):
    cell = np.empty((1, 2), dtype=object)
    cell[0, 0], cell[0, 1] = SINE, 2 * SINE
    savemat(tmp_path / "a.mat", {"data": cell, "fs": RATE})
    assert "data.1" in refused(tmp_path / "a.mat", unit="g")
    for hints in ({"key": "data.1"}, {"key": "data", "column": "1"}):
        is_sine(read(tmp_path / "a.mat", unit="g", **hints))


def test_it_is_said_where_facts_came_from(tmp_path):
    found = read(table(tmp_path, timed()))
    assert {name: words.en for name, words in found.taken_from.items()} == {
        "rate": "the times in column Time (s)",
        "unit": "the name of the channel",
        "channel": "column 2 of 2 (acc (g))",
    }
    given = read(table(tmp_path, ["Fs: 25600 Hz", *timed()]), rate_hz=RATE, unit="g", speed_rpm=3000.0)
    assert "given with --rate (the line 'Fs: 25600 Hz': 25600 Hz)" in given.taken_from["rate"].en
    assert given.assumed == {"scale": 1.0}
    assert given.taken_from["speed"].zh == "由 --speed 给出"


def test_decimal_commas_between_commas_are_refused(tmp_path):
    rows = [f"{k / RATE:.6f},{value:.5f}".replace(".", ",") for k, value in enumerate(SINE)]
    for names in (["t,a (g)"], []):
        assert "write decimal points" in refused(table(tmp_path, [*names, *rows]), **GIVEN, column="1")


def test_units_that_stand_below_the_names_or_above_the_table(tmp_path):
    rows = [f"{k / RATE * 1000:.4f},{value:.5f}" for k, value in enumerate(SINE)]
    for units in ("ms,g", "(ms),(g)", "[ms],[g]"):
        is_sine(read(table(tmp_path, ["Time,Acc", units, *rows])))
    volts = [f"{k / RATE:.6f},{value:.5f}" for k, value in enumerate(SINE)]
    assert "holds volt, no vibration" in refused(table(tmp_path, ["X,CH1", "Second,Volt", *volts]), unit="g")
    scope = ["Model,DS1", "Vertical Units,V", "Sample Interval,0.001,s", "CH1", *(f"{value:.5f}" for value in SINE)]
    assert "--scale" in refused(table(tmp_path, scope), unit="g")


def test_the_first_bad_lines_are_told_and_the_rest_counted(tmp_path):
    rows = timed()
    rows[100:105] = ["0.1,x"] * 5
    assert "line 101: 'x', line 102: 'x', line 103: 'x' is no number (and 2 more)" in refused(table(tmp_path, rows))


def test_bad_lines_of_a_recording_are_one_mistake_or_few_lines(tmp_path):
    (tmp_path / "a.jsonl").write_text("no message\n" * 4000, encoding="utf-8")
    assert "none of its first 1000 lines is a message" in refused(tmp_path / "a.jsonl")
