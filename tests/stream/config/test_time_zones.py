"""Zones as data against the library's own, which reads the same database."""

from datetime import datetime, timedelta
from importlib.resources import files
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import ConfigurationError
from models.machinery.time_zone import check_rule, local_minute, utc_us
from stream.config.time_zones import zone_named

NAMES = [
    "Europe/Berlin", "Europe/Dublin", "America/New_York", "America/Sao_Paulo", "America/Mexico_City",
    "Asia/Shanghai", "Asia/Kolkata", "Asia/Tehran", "Asia/Gaza", "Africa/Casablanca", "Australia/Lord_Howe",
    "Pacific/Auckland",
    "America/Scoresbysund", "Pacific/Kiritimati", "America/Vancouver", "UTC",
]  # fmt: skip
BEGIN_S, END_S = 1_577_836_800, 2_398_377_600


def library(name):
    with files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


LIBRARY = {name: library(name) for name in NAMES}


@given(st.sampled_from(NAMES), st.integers(BEGIN_S, END_S - 1))
def test_a_zone_is_as_far_from_utc_as_the_library_says(name, time_s):
    known = datetime.fromtimestamp(time_s, LIBRARY[name]).utcoffset()
    assert timedelta(seconds=zone_named(name).offset_s(time_s)) == known


@given(st.sampled_from(NAMES), st.integers(BEGIN_S // 60, END_S // 60))
def test_a_minute_that_the_clock_shows_is_found_again(name, minute):
    zone = zone_named(name)
    shown = local_minute(zone, minute * 60_000_000)
    assert minute * 60_000_000 in (utc_us(zone, shown), utc_us(zone, shown, last=True))


def test_a_minute_that_spring_leaves_out_is_the_one_after():
    berlin = zone_named("Europe/Berlin")
    skipped = local_minute(berlin, round(datetime.fromisoformat("2026-03-29T02:30:00+01:00").timestamp() * 1e6))
    assert skipped == local_minute(berlin, utc_us(berlin, skipped - 60 + 0))
    twice = [utc_us(berlin, local_minute(berlin, utc_us(berlin, skipped))), utc_us(berlin, skipped)]
    assert twice[0] == twice[1]


def test_a_minute_that_autumn_shows_twice_is_the_first_or_the_last():
    berlin = zone_named("Europe/Berlin")
    minute = local_minute(berlin, round(datetime.fromisoformat("2026-10-25T02:30:00+01:00").timestamp() * 1e6))
    assert utc_us(berlin, minute, last=True) - utc_us(berlin, minute) == 3600 * 1_000_000


@pytest.mark.parametrize(
    "name", ["", "Europe/Berln", "../../etc/passwd", "柏林", "Europe", "Mars/Olympus", "a" * 500]
)
def test_a_zone_that_is_none_is_refused_with_its_fix(name):
    with pytest.raises(ConfigurationError, match="there is no time zone") as refused:
        zone_named(name)
    assert "did you mean" in str(refused.value) or "Europe/Berlin" in str(refused.value)


@pytest.mark.parametrize(
    "rule", ["", "CET", "CET-1CEST,M13.5.0,M10.5.0", "CET-1CEST,J400,J1", "CET-1CEST,M3.5.9,M1.1.1"]
)
def test_a_rule_that_is_none_is_refused(rule):
    with pytest.raises(ValueError, match=r"."):
        check_rule(rule)
