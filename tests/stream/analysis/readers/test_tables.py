"""Waveforms from tables of text, however they are written."""

import csv
import io
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import RecordingError
from stream.analysis.readers.dialect import cells_of
from tests.stream.analysis.files import read

VALUES = np.round(np.random.default_rng(1).standard_normal(300), 6)
GIVEN = {"rate_hz": 1000.0, "unit": "g"}


def table(tmp_path, rows, name="a.csv", encoding="utf-8"):
    file = tmp_path / name
    file.write_text("\n".join(rows) + "\n", encoding=encoding)
    return file


def timed(separator=",", header=None, step=0.001, decimal=".", extra=""):
    rows = [f"{k * step:.6f}{separator}{value}{extra}".replace(".", decimal) for k, value in enumerate(VALUES)]
    return ([header] if header else []) + rows


@pytest.mark.parametrize(
    ("rows", "hints"),
    [
        ([str(value) for value in VALUES], GIVEN),
        (["acc", *map(str, VALUES)], GIVEN),
        (timed(), {"unit": "g"}),
        (timed(";"), {"unit": "g"}),
        (timed("\t"), {"unit": "g"}),
        (timed("  "), {"unit": "g"}),
        (timed(",", extra=","), {"unit": "g"}),
        (timed(";", decimal=","), {"unit": "g"}),
        (timed(";", "Zeit;Beschleunigung [g]", decimal=","), {}),
        (timed(",", "time,acc_g"), {}),
        (timed(",", "Time [ms],acc [g]", step=1), {}),
        (timed(",", "时间(s),加速度(g)"), {}),
        (timed(",", '"time","acc (g)"'), {}),
        (timed(",", '"time (s)","acc, x (g)"'), {"column": "acc, x"}),
        (timed(",", 't, "acc, x (g)" '), {}),
        (timed(",", '"time","acc ""X"", left (g)"'), {}),
        (timed(",", '"time","acc, 5"" pipe [g]"'), {}),
        (['"time","acc, x"', '"s","g"', *timed()], {}),
        (timed(";", '"time";"acc; x (g)"'), {}),
        (timed("\t", '"time"\t"acc\tx (g)"'), {}),
        (timed(" ", '"time" "acc x (g)"'), {}),
        (timed(";", '"Zeit";"Beschleunigung, x; links [g]"', decimal=","), {}),
        ([f'"{row}"'.replace(";", '";"') for row in timed(";", "Zeit;Beschl. [g]", decimal=",")], {}),
        ([f'"{row}"'.replace(",", '","') for row in timed(",", "time,acc [g]")], {}),
        (['"Logger, serial 12",7', *timed(",", '"time","acc, x (g)"')], {}),
        (timed(",", '"time,acc (g)'), {}),  # a quote that is not closed
        (timed(",", 'time,"acc" x (g)'), {}),
        (["Logger 4711, serial 12", "", "rate,1000", *timed(",", "time,acc_g")], {}),
        (["# made by a logger", *timed(",", "time,acc_g")], {}),
        (["time,acc", "s,g", *timed()], {}),
        ([f"{k},{value}" for k, value in enumerate(VALUES)], GIVEN),  # the first column only counts
        (["index,acc", *(f"{k},{value}" for k, value in enumerate(VALUES))], GIVEN),
        ([f"2026-03-01T08:00:{k // 1000:02d}.{k % 1000:03d},{v}" for k, v in enumerate(VALUES)], {"unit": "g"}),
        (["t,a,b", *(f"{k / 1000},{value},0" for k, value in enumerate(VALUES))], {"unit": "g", "column": "a"}),
        (["t,a,b", *(f"{k / 1000},{value},0" for k, value in enumerate(VALUES))], {"unit": "g", "column": "2"}),
        ([f"{value},0,0" for value in VALUES], {**GIVEN, "column": "1"}),
    ],
)
def test_tables_as_instruments_write_them(tmp_path, rows, hints):
    found = read(table(tmp_path, rows), **hints)
    assert np.array_equal(found.samples, VALUES)
    assert found.rate_hz == pytest.approx(1000.0, rel=1e-9)
    assert found.unit == "g"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_chinese_files_and_columns(tmp_path, encoding):
    file = table(tmp_path, timed(",", "时间(s),驱动端 加速度(m/s²)"), "1号泵 振动.csv", encoding)
    found = read(file)
    assert (found.machine, found.point, found.unit) == ("1号泵 振动", "驱动端 加速度", "m/s2")
    for column in ("驱动端 加速度(m/s²)", "驱动端 加速度"):
        assert read(file, column=column).samples.size == VALUES.size


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_names_in_quotes_keep_their_delimiters_and_units(tmp_path, encoding, separator):
    header = f'"时间(s)"{separator}"驱动端{separator}x ""水平"" (m/s²)"'
    found = read(table(tmp_path, timed(separator, header), encoding=encoding))
    assert re.fullmatch("驱动端.x .水平", found.point), "which characters a name may have is another matter"
    assert found.unit == "m/s2"
    assert np.array_equal(found.samples, VALUES)


def test_quoted_commas_are_decimal_ones_unless_all_of_them_may_part_thousands(tmp_path):
    assert np.array_equal(
        read(table(tmp_path, ['"1,5","2,5"', '"0,25","1"'] * 9), **GIVEN, column="1").samples[:2], [1.5, 0.25]
    )
    with pytest.raises(RecordingError, match=r"line 1: the commas in .*1,500.* write decimal points"):
        read(table(tmp_path, ['"1,500","2,250"'] * 10), **GIVEN, column="1")


CELL = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=8)
DELIMITERS = st.sampled_from(["\t", ";", ","])


@given(st.lists(CELL, min_size=1, max_size=5), DELIMITERS)
def test_cells_that_a_program_has_quoted_come_back(cells, delimiter):
    written = io.StringIO()
    csv.writer(written, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="").writerow(cells)
    assert cells_of(written.getvalue(), delimiter) == cells


@given(st.text(st.characters(exclude_characters='"')), DELIMITERS)
def test_without_quotes_a_line_is_only_split(line, delimiter):
    cells = [cell.strip() for cell in line.split(delimiter)]
    while len(cells) > 1 and not cells[-1]:
        cells.pop()
    assert cells_of(line, delimiter) == cells


@given(st.text('",; \tab1'), st.sampled_from(["\t", ";", ",", ""]))
def test_no_quotes_however_wrong_end_the_reading(line, delimiter):
    assert all(isinstance(cell, str) for cell in cells_of(line, delimiter))


@pytest.mark.parametrize("header", ["Zeit [s];Beschl. [m/s²]", "Temps (s);Accél. (m/s²)"])
def test_western_windows_files(tmp_path, header):
    file = table(tmp_path, timed(";", header), "pump.csv", "cp1252")
    assert read(file).unit == "m/s2"


@pytest.mark.parametrize(
    ("header", "hints", "unit", "step"),
    [
        ("acc (mg)", {}, "g", 1e-3),
        ("加速度/mg", {}, "g", 1e-3),
        ("a [mm/s²]", {}, "m/s2", 1e-3),
        ("v (in/s)", {}, "mm/s", 25.4),
        ("v_in_s", {}, "mm/s", 25.4),
        ("acc (mg)", {"unit": "g"}, "g", 1.0),  # who says it himself knows it better
        ("acc (mg)", {"scale": 0.001}, "g", 1e-3),  # and does not want it twice
    ],
)
def test_columns_in_other_steps_of_a_unit_are_converted(tmp_path, header, hints, unit, step):
    found = read(table(tmp_path, timed(",", f"time (s),{header}")), **hints)
    assert found.unit == unit
    assert found.samples == pytest.approx(VALUES * step)


@pytest.mark.parametrize(
    "line",
    ["Sample rate (Hz),1000", "# 采样频率: 1 kHz", "Fs = 1000", "Sampling Frequency;1000 Hz;;", '"fs","1000"'],
)
def test_a_rate_above_the_numbers_is_taken(tmp_path, line):
    found = read(table(tmp_path, ["Logger 7", line, "acc (g)", *map(str, VALUES)]))
    assert (found.rate_hz, found.unit, found.point) == (1000.0, "g", "acc")
    assert read(table(tmp_path, [line, "acc (g)", *map(str, VALUES)]), rate_hz=500.0).rate_hz == 500.0


def test_rounded_times_are_told_with_the_rate_that_they_make(tmp_path):
    rows = ["time (s),acc (g)", *(f"{k / 25_600:.3f},{value}" for k, value in enumerate(VALUES))]
    with pytest.raises(RecordingError, match=r"on average 2\.5\d*e\+04 a second|on average 2\d{4} a second"):
        read(table(tmp_path, rows))


def test_a_last_line_that_was_cut_off_is_told_with_its_number(tmp_path):
    file = table(tmp_path, timed(",", "time (s),acc (g)"))
    file.write_text(file.read_text("utf-8") + "0.3", encoding="utf-8")
    with pytest.raises(RecordingError, match=r"line 302 has fewer columns.*cut off"):
        read(file)


def test_times_of_day_are_no_signal(tmp_path):
    rows = ["Date,Clock,acc (g)", *(f"2026-03-01,08:{k // 60:02d}:{k % 60:02d},{v}" for k, v in enumerate(VALUES))]
    found = read(table(tmp_path, rows), rate_hz=1.0, column="acc")
    assert np.array_equal(found.samples, VALUES)


def test_hints_stand_above_the_file(tmp_path):
    file = table(tmp_path, timed(",", "time,acc_g"))
    found = read(file, rate_hz=2000.0, unit="m/s2", scale=10.0, speed_rpm=990.0)
    assert (found.rate_hz, found.unit, found.speed_rpm) == (2000.0, "m/s2", 990.0)
    assert np.allclose(found.samples, 10 * VALUES)


def test_a_gap_in_the_values_is_for_the_quality_flags(tmp_path):
    rows = [*map(str, VALUES[:100]), "nan", "NaN", *map(str, VALUES[100:])]
    assert np.isnan(read(table(tmp_path, rows), **GIVEN).samples).sum() == 2


@pytest.mark.parametrize(
    ("rows", "hints", "told"),
    [
        ([str(v) for v in VALUES], {}, "give --rate HZ .* and --unit g, m/s2 or mm/s"),
        ([str(v) for v in VALUES], {"unit": "g"}, "give --rate HZ"),
        ([str(v) for v in VALUES], {"rate_hz": 1000.0}, "give --unit"),
        (timed(), {}, "give --unit"),
        ([f"{v},{v},{v}" for v in VALUES], GIVEN, "several columns; choose one with --column: 1 to 3"),
        (["x,y", *(f"{v},{v}" for v in VALUES)], GIVEN, "choose one with --column: x, y"),
        (["x,y", *(f"{v},{v}" for v in VALUES)], {**GIVEN, "column": "z"}, "no column 'z'; there are x, y"),
        (["x,y", *(f"{v},{v}" for v in VALUES)], {**GIVEN, "column": "3"}, "no column '3'"),
        (["just words", "and more"], GIVEN, "no numbers"),
        (["1.0", "2.0", "drei"], GIVEN, "line 3: 'drei' is no number"),
        (["a,b", "1,2", "3,4", "5"], {**GIVEN, "column": "b"}, "fewer columns"),
        (["t,a", "0,1", "0.001,2", "0.005,3", "0.006,4"], {"unit": "g"}, "not even"),
        (["t,a", "0,1", "0.002,2", "0.001,3", "0.003,4"], {"unit": "g"}, "not even"),
        (["t,a", "0,1", "0,2", "0.001,3", "0.001,4"], {"unit": "g"}, "not even"),
        (["t,a", "0,1"], {"unit": "g"}, "give --rate"),
        (["2026-03-01T08:00:00,1", "2026-03-01T08:00:01,2", "soon,3"], {"unit": "g"}, "line 3: 'soon' is no time"),
    ],
)
def test_an_error_asks_for_what_is_open_or_names_the_line(tmp_path, rows, hints, told):
    with pytest.raises(RecordingError, match=told) as caught:
        read(table(tmp_path, rows), **hints)
    assert "a.csv" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_many_columns_are_named_in_short(tmp_path):
    names = ",".join(f"kanal{k}" for k in range(500))
    rows = [names, *(",".join(["0.5"] * 500) for _ in range(3))]
    with pytest.raises(RecordingError, match="and 480 more"):
        read(table(tmp_path, rows), **GIVEN)
    assert read(table(tmp_path, rows), **GIVEN, column="kanal499").samples.size == 3


@pytest.mark.parametrize("content", [b"\0\1\2" * 100, b"\xff\xff\xff\xfe" * 10, b"PK\x03\x04" + bytes(100)])
def test_what_is_no_text_is_told(tmp_path, content):
    file = tmp_path / "a.csv"
    file.write_bytes(content)
    with pytest.raises(RecordingError):
        read(file, **GIVEN)


def test_too_much_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("stream.analysis.readers.waveform.MAX_SAMPLES", 100)
    with pytest.raises(RecordingError, match="cut a piece"):
        read(table(tmp_path, [str(v) for v in VALUES]), **GIVEN)
    monkeypatch.setattr("stream.analysis.readers.budget.MAX_UNPACKED_BYTES", 100)
    with pytest.raises(RecordingError, match="larger than"):
        read(table(tmp_path, [str(v) for v in VALUES]), **GIVEN)
