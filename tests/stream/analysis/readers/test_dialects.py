"""Tables in any dialect: the sine that was written is read within 1 %, or the file is refused with a fix."""

import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.errors import RecordingError
from models.signal.units import STANDARD_GRAVITY_M_S2
from stream.analysis.readers.waveform import Hints
from stream.analysis.readers.waveform_files import read_waveforms

BEGIN = datetime(2025, 11, 9, 13, 5, tzinfo=UTC)
SIZE = 1200
HZ_OF_RATE = 1 / 20
AMPLITUDE_G = 0.7
RATES = (400.0, 1000.0, 2000.0, 12_800.0, 25_600.0)
FIXES = ("give", "choose", "mend", "write", "keep", "cut")

NUMERIC_TIMES = {
    "s": ("Time (s)", 1.0, 0.0), "ms": ("Time [ms]", 1e3, 0.0), "us": ("t_us", 1e6, 0.0),
    "ns": ("时间(ns)", 1e9, 0.0), "min": ("Time (min)", 1 / 60, 0.0), "h": ("Time (h)", 1 / 3600, 0.0),
    "plain": ("Time", 1.0, 0.0), "plain ms": ("Time", 1e3, 0.0), "epoch s": ("timestamp", 1.0, 1.76e9),
    "epoch ms": ("Timestamp", 1e3, 1.76e9), "epoch us": ("timestamp", 1e6, 1.76e9),
    "days": ("Time", 1 / 86_400, 45_990.5 * 86_400), "fortnights": ("Time (fortnights)", 1.0, 0.0),
    "nameless": ("", 1.0, 0.0), "epoch ms named s": ("Time (s)", 1e3, 1.76e9),
}  # fmt: skip
STAMPS = {
    "iso": "%Y-%m-%dT%H:%M:%S.%f", "iso space": "%Y-%m-%d %H:%M:%S.%f", "us": "%m/%d/%Y %I:%M:%S.%f %p",
    "de": "%d.%m.%Y %H:%M:%S.%f", "clock": "%H:%M:%S.%f", "zh": "%Y年%m月%d日 %H:%M:%S.%f",
}  # fmt: skip
UNITS = {
    "g": ("acc (g)", 1.0), "mg": ("acc (mg)", 1e3), "m/s2": ("加速度(m/s²)", STANDARD_GRAVITY_M_S2),
    "suffix": ("acc_g", 1.0), "none": ("acc", 1.0), "volts": ("CH1 100mV/g", 0.1),
    "counts": ("acc (counts)", 2048.0), "millivolts": ("CH1 (mV)", 100.0),
}  # fmt: skip
TO_G = {"g": 1.0, "m/s2": 1 / STANDARD_GRAVITY_M_S2}
ABOVE = ((), ("Logger 7, serial 12", ""), ("# made by 采集仪", "Channel count: 3"), ("4096",))
RATE_LINES = ("Sample rate: {0:g} Hz", ";SampleRate, {0:g},Hz", "# Fs={0:g}", "采样频率: {1:g} kHz")


def some(*values):
    return st.sampled_from(values)


def time_cells(draw, time, places, rate):
    """Give the column of times: its name and its cells; nothing where there is none."""
    if time in STAMPS:
        stamps = [BEGIN + timedelta(seconds=float(place / rate)) for place in places]
        return {draw(some("Stamp", "Zeit")): [each.strftime(STAMPS[time]) for each in stamps]}
    if time == "none":
        return {}
    name, step, begin = NUMERIC_TIMES[time]
    digits = 3 if time.startswith("epoch") else {"ns": 1, "us": 2, "ms": 5}.get(time, 12)
    return {name: [f"{(begin + place / rate) * step:.{digits}f}" for place in places]}


def columns_of(draw, unit, time, rate):
    """Give the columns by name, one with a sine, and perhaps a gap that times or a counter tell."""
    counted = draw(st.booleans())
    gap = draw(some(0, 0, 0, 150)) if counted or time != "none" else 0
    label, factor = UNITS[unit]
    places = np.arange(SIZE) + np.where(np.arange(SIZE) >= 500, gap, 0)
    samples = AMPLITUDE_G * factor * np.sin(2 * np.pi * HZ_OF_RATE * places + 0.3)
    written = [str(round(value)) if unit == "counts" else f"{value:.6f}" for value in samples]
    columns = {**time_cells(draw, time, places, rate), label: written}
    if draw(st.booleans()):
        columns = dict(reversed(columns.items()))
    if draw(st.booleans()):
        columns["state"] = draw(some(["OK"] * SIZE, ["ok", "run"] * (SIZE // 2)))
    return {"index": [str(place) for place in places], **columns} if counted else columns


def with_commas(cells, delimiter):
    quote = '"' if delimiter == "," else ""
    return [f"{quote}{cell.replace('.', ',')}{quote}" if cell[:1] in "-0123456789" else cell for cell in cells]


def lines_above(draw, names, delimiter, rate, *, timed):
    stated = draw(some(None, None, rate, rate, rate * 2 if timed else rate))  # nothing contradicts a lie
    lines = list(draw(some(*ABOVE)))
    if stated is not None:
        lines.append(draw(some(*RATE_LINES)).format(stated, stated / 1000))
    quoted = [f'"{name}"' if delimiter.strip() in name or " " in delimiter else name for name in names]
    header = draw(some("names", "names", "names", "comment", "none"))
    line = delimiter.join(quoted)
    return lines + {"names": [line], "comment": [f"# {line}"], "none": []}[header], header != "none"


@st.composite
def tables(draw):
    """Draw a table; give its text, the true rate, what a person says, and whether minutes look like seconds."""
    rate, delimiter = draw(some(*RATES)), draw(some(",", ";", "\t", "|", "  "))
    unit, time = draw(some(*UNITS)), draw(some(*NUMERIC_TIMES, *STAMPS, "none"))
    label, factor = UNITS[unit]
    columns = columns_of(draw, unit, time, rate)
    if time not in STAMPS and draw(st.booleans()):
        columns = {name: with_commas(cells, delimiter) for name, cells in columns.items()}
    above, named = lines_above(draw, columns, delimiter, rate, timed=time != "none")
    body = [delimiter.join(row) for row in zip(*columns.values(), strict=True)]
    if draw(st.booleans()):
        body.insert(700, "# remark 12")
    body += draw(some([], ["", "# end of data"]))
    asked = label if named else str(list(columns).index(label) + 1)
    hints = {"column": asked} if draw(st.booleans()) else {}
    hints |= {"unit": "g", "scale": 1 / factor} if draw(st.booleans()) else {}
    return "\n".join([*above, *body]) + "\n", rate, hints, time == "min" and not named


def amplitude_and_hz(samples, rate):
    spectrum = np.abs(np.fft.rfft((samples - samples.mean()) * np.hanning(samples.size), 1 << 18))
    return samples.std() * np.sqrt(2), np.argmax(spectrum) * rate / (1 << 18)


def waveform_or_refusal(text, hints):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "a.csv"
        file.write_text(text, encoding="utf-8")
        try:
            (found,) = read_waveforms(file, Hints(**hints), lambda line, error: None)
        except RecordingError as error:
            return None, str(error)
    return found, ""


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(tables())
def test_the_sine_is_read_within_1_percent_or_the_file_is_refused(drawn):
    text, rate, hints, minutes = drawn
    found, refusal = waveform_or_refusal(text, hints)
    if found is None:
        assert "\n" not in refusal
        assert any(word in refusal for word in FIXES), refusal
        return
    amplitude, hz = amplitude_and_hz(found.samples, found.rate_hz)
    assert amplitude * TO_G[found.unit] == pytest.approx(AMPLITUDE_G, rel=0.01)
    if minutes:  # without a word of the unit, seconds are taken where that makes a rate, and said
        assert found.assumed["time_unit"] == "s"
        return
    assert hz == pytest.approx(HZ_OF_RATE * rate, rel=0.01)
    assert {"rate", "unit", "channel"} <= found.taken_from.keys()


@pytest.mark.parametrize("time", [*NUMERIC_TIMES, *STAMPS])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_plain_table_is_read_unless_its_time_is_in_doubt(time, delimiter):
    rate = 1000.0
    places = np.arange(SIZE)
    times = time_cells(_First(), time, places, rate)
    samples = [f"{value:.6f}" for value in AMPLITUDE_G * np.sin(2 * np.pi * HZ_OF_RATE * places + 0.3)]
    columns = {**times, "acc (g)": samples}
    rows = [delimiter.join(row) for row in zip(*columns.values(), strict=True)]
    found, refusal = waveform_or_refusal("\n".join([delimiter.join(columns), *rows]), {})
    if time in ("plain ms", "fortnights", "epoch ms named s"):
        assert "give --rate" in refusal
    else:
        assert found is not None, refusal
        assert found.rate_hz == pytest.approx(rate, rel=1e-3)


class _First:
    """Draws the first of what there is to draw."""

    def __call__(self, strategy):
        return "Stamp"
