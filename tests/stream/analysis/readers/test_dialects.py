"""Tables in any dialect: the sine that was written is read within 1 %, or the file is refused with a fix."""

import tempfile
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.errors import RecordingError
from models.signal.units import STANDARD_GRAVITY_M_S2
from stream.analysis.readers.waveform import Hints
from stream.analysis.readers.waveform_files import read_waveforms

BEGIN = datetime(2025, 11, 9, 13, 5)
SIZE = 1200
HZ_OF_RATE = 1 / 20
AMPLITUDE_G = 0.7
RATES = (400.0, 1000.0, 2000.0, 12_800.0, 25_600.0)

NUMERIC_TIMES = {
    "s": ("Time (s)", 1.0, 0.0), "ms": ("Time [ms]", 1e3, 0.0), "us": ("t_us", 1e6, 0.0), "ns": ("时间(ns)", 1e9, 0.0),
    "min": ("Time (min)", 1 / 60, 0.0), "h": ("Time (h)", 1 / 3600, 0.0), "plain": ("Time", 1.0, 0.0),
    "plain ms": ("Time", 1e3, 0.0), "epoch s": ("timestamp", 1.0, 1.76e9), "epoch ms": ("Timestamp", 1e3, 1.76e9),
    "epoch us": ("timestamp", 1e6, 1.76e9), "days": ("Time", 1 / 86_400, 45_990.5 * 86_400),
    "fortnights": ("Time (fortnights)", 1.0, 0.0), "nameless": ("", 1.0, 0.0), "epoch ms named s": ("Time (s)", 1e3, 1.76e9),
}  # fmt: skip
STAMPS = {
    "iso": "%Y-%m-%dT%H:%M:%S.%f", "iso space": "%Y-%m-%d %H:%M:%S.%f", "us": "%m/%d/%Y %I:%M:%S.%f %p",
    "de": "%d.%m.%Y %H:%M:%S.%f", "clock": "%H:%M:%S.%f", "zh": "%Y年%m月%d日 %H:%M:%S.%f",
}  # fmt: skip
UNITS = {
    "g": ("acc (g)", 1.0), "mg": ("acc (mg)", 1e3), "m/s2": ("加速度(m/s²)", STANDARD_GRAVITY_M_S2),
    "suffix": ("acc_g", 1.0), "none": ("acc", 1.0), "volts": ("CH1 100mV/g", 0.1), "counts": ("acc (counts)", 2048.0),
    "millivolts": ("CH1 (mV)", 100.0),
}  # fmt: skip
TO_G = {"g": 1.0, "m/s2": 1 / STANDARD_GRAVITY_M_S2}


@st.composite
def tables(draw):
    """Draw a table; give its text, and what must be found where it is read."""
    rate = draw(st.sampled_from(RATES))
    delimiter = draw(st.sampled_from([",", ";", "\t", "|", "  "]))
    comma = draw(st.booleans())
    unit = draw(st.sampled_from(sorted(UNITS)))
    time = draw(st.sampled_from([*sorted(NUMERIC_TIMES), *sorted(STAMPS), "none"]))
    counted = draw(st.booleans())
    gap = draw(st.sampled_from([0, 0, 0, 150])) if counted or time != "none" else 0
    label, factor = UNITS[unit]
    k = np.arange(SIZE)
    places = np.where(k >= 500, k + gap, k)
    samples = AMPLITUDE_G * np.sin(2 * np.pi * HZ_OF_RATE * places + 0.3)
    values = (
        [f"{value * factor:.6f}" for value in samples]
        if unit != "counts"
        else [str(round(value * factor)) for value in samples]
    )
    columns = {label: values}
    if time in NUMERIC_TIMES:
        name, step, begin = NUMERIC_TIMES[time]
        digits = {"ns": 1, "us": 2, "ms": 5}.get(time, 12) if not time.startswith("epoch") else 3
        columns = {name: [f"{(begin + place / rate) * step:.{digits}f}" for place in places], **columns}
    elif time in STAMPS:
        stamps = [BEGIN + timedelta(seconds=float(place / rate)) for place in places]
        columns = {
            "Stamp" if draw(st.booleans()) else "Zeit": [each.strftime(STAMPS[time]) for each in stamps],
            **columns,
        }
    if draw(st.booleans()):
        columns = dict(reversed(columns.items()))
    if draw(st.booleans()):
        columns["state"] = draw(st.sampled_from([["OK"] * SIZE, ["ok", "run"] * (SIZE // 2)]))
    if counted:
        columns = {"index": [str(place) for place in places], **columns}
    header = draw(st.sampled_from(["names", "names", "names", "comment", "none"]))
    rows = [list(row) for row in zip(*columns.values(), strict=True)]
    if comma:
        quote = '"' if delimiter == "," else ""
        rows = [[f"{quote}{cell.replace('.', ',')}{quote}" if cell[:1] in "-0123456789" and time not in STAMPS else cell
                 for cell in row] for row in rows]  # fmt: skip
    lines = draw(
        st.sampled_from([[], ["Logger 7, serial 12", ""], ["# made by 采集仪", "Channel count: 3"], ["4096"]])
    )
    stated = draw(st.sampled_from([None, None, rate, rate, rate * 2]))
    lines = list(lines)
    if stated is not None:
        form = draw(
            st.sampled_from(["Sample rate: {0:g} Hz", ";SampleRate, {0:g},Hz", "# Fs={0:g}", "采样频率: {1:g} kHz"])
        )
        lines.append(form.format(stated, stated / 1000))
    names = delimiter.join(
        f'"{name}"' if delimiter.strip() in name or " " in delimiter else name for name in columns
    )
    lines += [names] if header == "names" else [f"# {names}"] if header == "comment" else []
    body = [delimiter.join(row) for row in rows]
    if draw(st.booleans()):
        body.insert(700, "# remark 12")
    if draw(st.booleans()):
        body += ["", "# end of data"]
    hints = {}
    if draw(st.booleans()):
        hints["column"] = label if header != "none" else str(list(columns).index(label) + 1)
    if draw(st.booleans()):
        hints |= {"unit": "g", "scale": 1 / factor}
    return "\n".join([*lines, *body]) + "\n", rate, hints


def amplitude_and_hz(samples, rate):
    spectrum = np.abs(np.fft.rfft((samples - samples.mean()) * np.hanning(samples.size), 1 << 18))
    return samples.std() * np.sqrt(2), np.argmax(spectrum) * rate / (1 << 18)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(tables())
def test_the_sine_is_read_within_1_percent_or_the_file_is_refused(drawn):
    text, rate, hints = drawn
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "a.csv"
        file.write_text(text, encoding="utf-8")
        try:
            (found,) = read_waveforms(file, Hints(**hints), lambda line, error: None)
        except RecordingError as error:
            assert "\n" not in str(error)
            assert any(word in str(error) for word in ("give", "choose", "mend", "write", "keep", "cut")), str(
                error
            )
            return
    amplitude, hz = amplitude_and_hz(found.samples, found.rate_hz)
    assert amplitude * TO_G[found.unit] == pytest.approx(AMPLITUDE_G, rel=0.01)
    assert hz == pytest.approx(HZ_OF_RATE * rate, rel=0.01)
    assert {"rate", "unit", "channel"} <= found.taken_from.keys()
