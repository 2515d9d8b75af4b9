"""Real machines, blind: what must be named is, and nothing is named wrongly."""

import pytest

from evaluation.recorded import recorded
from models.diagnosis.diagnose import diagnose

pytestmark = [pytest.mark.recordings, pytest.mark.slow]


def test_real_bearings_are_named_or_unknown_and_never_wrong(recordings_path, figure):
    seen = 0
    for recording in recorded(recordings_path):
        found = diagnose(
            recording.samples_g, rate_hz=recording.rate_hz, speed_rpm=recording.speed_rpm, orders=recording.orders
        )
        seen += 1
        told = f"{recording.name}: {found.verdict} {found.margins}"
        if recording.fault == "healthy" or recording.data_set == "mfpt" or recording.grade in ("Y1", "Y2"):
            assert found.verdict == recording.fault, told
        else:
            assert found.verdict in (recording.fault, "unknown"), told
    assert seen >= 26
