"""A capture that somebody has made up is told from one that was taken."""

import math
from datetime import UTC, datetime

import msgspec
import numpy as np
import pytest

from models.captures.checking import check_capture
from models.captures.taking import hourly_spectra, kept_waveform
from models.errors import MessageError

BLOCK = {
    "machine": "P-1",
    "point": "p",
    "measured": datetime(2026, 3, 1, tzinfo=UTC),
    "rate_hz": 25_600.0,
    "speed_rpm": 1500.0,
}
SAMPLES = np.random.default_rng(0).standard_normal(25_600)
TAKEN = [*hourly_spectra(SAMPLES, unit="g", **BLOCK), kept_waveform(SAMPLES, unit="m/s2", **BLOCK)]


@pytest.mark.parametrize("capture", TAKEN, ids=lambda capture: capture.kind)
def test_what_was_taken_is_let_through_with_and_without_its_data(capture):
    check_capture(capture)
    check_capture(msgspec.structs.replace(capture, data=b""), with_data=False)


@pytest.mark.parametrize(
    "forged",
    [
        {"unit": "');window.hacked=1;//"},
        {"unit": ""},
        {"step": 0.0},
        {"step": -1.0},
        {"step": math.nan},
        {"step": 1e308},
        {"first": math.inf},
        {"first": -1.0},
        {"count": 0},
        {"count": -5},
        {"count": 10**12},
        {"top": math.nan},
        {"top": -1.0},
        {"speed_rpm": math.inf},
        {"band_hz": (math.nan, 1.0)},
        {"band_hz": (2.0, 1.0)},
    ],
    ids=str,
)
@pytest.mark.parametrize("capture", TAKEN, ids=lambda capture: capture.kind)
def test_what_nobody_can_have_measured_is_refused(capture, forged):
    with pytest.raises(MessageError, match=r"cannot be shown: .* makes no sense"):
        check_capture(msgspec.structs.replace(capture, **forged), with_data=False)


@pytest.mark.parametrize("capture", TAKEN, ids=lambda capture: capture.kind)
def test_data_that_do_not_fit_are_refused(capture):
    for forged in ({"count": capture.count - 1}, {"count": capture.count + 1}, {"data": b""}, {"data": b"x" * 50}):
        with pytest.raises(MessageError):
            check_capture(msgspec.structs.replace(capture, **forged))


def test_a_spectrum_in_the_other_ones_unit_is_refused():
    velocity, envelope, _ = TAKEN
    for capture, unit in ((velocity, "g"), (envelope, "mm/s"), (velocity, "m/s2")):
        with pytest.raises(MessageError, match="unit"):
            check_capture(msgspec.structs.replace(capture, unit=unit))
