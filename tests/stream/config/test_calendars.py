"""`[[calendar]]` of `machines.toml`: what is read, and every mistake told with its fix."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import ConfigurationError
from models.machinery.quiet_text import parse_quiet, quiet_text
from stream.config.machines import load_machines

MACHINES = '[[machine]]\nid = "P-1"\nline = "boiler house"\n\n[[machine]]\nid = "泵 2"\nline = "锅炉房"\n\n'
PLANT = '[[calendar]]\nzone = "Europe/Berlin"\nholidays = ["2026-12-25", "2026-12-28..2026-12-31", 2026-12-24]\n'
NIGHTS = 'quiet = ["Mon-Fri 18:00-06:00", "Sat-Sun"]\n'


def load(tmp_path, text):
    path = tmp_path / "machines.toml"
    path.write_text(MACHINES + text, "utf-8")
    return load_machines(path)


def test_each_key_counts_from_the_calendar_that_is_closest_and_holidays_add_up(tmp_path):
    text = f"""{PLANT}
[[calendar]]
line = "boiler house"
{NIGHTS}
[[calendar]]
machine = ["泵 2"]
zone = "Asia/Shanghai"
works = "周一至周五 08:00-20:00"
holidays = "2026-10-01..2026-10-07"
"""
    fleet = load(tmp_path, text)
    first, second, other = (fleet.configuration(name).calendar for name in ("P-1", "泵 2", "nobody"))
    assert (first.zone.name, second.zone.name, other.zone.name) == (
        "Europe/Berlin",
        "Asia/Shanghai",
        "Europe/Berlin",
    )
    assert first.quiet == parse_quiet(["Mon-Fri 18:00-06:00", "Sat-Sun"])
    assert quiet_text(second.quiet) == "Mon-Thu 20:00-08:00; Fri 20:00 - Mon 08:00"
    assert other.quiet.weekly == ()
    assert (len(first.holidays), len(second.holidays)) == (6, 13)


def test_without_a_calendar_nothing_is_said(tmp_path):
    fleet = load(tmp_path, "")
    assert fleet.configuration("P-1").calendar is msgspec.UNSET


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            '[[calendar]]\nline = "boiler house"\n' + NIGHTS,
            'zone is missing: by which clock? Write zone = "Europe/',
        ),
        ('[[calendar]]\nzone = "Europe/Berln"', "did you mean 'Europe/Berlin'?"),
        ("[[calendar]]\nzone = 3", "zone: 3 is no name"),
        ('[calendar]\nzone = "UTC"', "begins with [[calendar]]"),
        (
            '[[calendar]]\nzone = "UTC"\nline = "boiler"',
            "line: no [[machine]] here has the line 'boiler'; there are: ",
        ),
        ('[[calendar]]\nzone = "UTC"\nmachine = "P-9"', "machine: no [[machine]] here has the id 'P-9'"),
        (
            '[[calendar]]\nzone = "UTC"\nquite = "Sat"',
            "there is no key 'quite'; there are line, machine, zone, quiet",
        ),
        ('[[calendar]]\nzone = "UTC"\nquiet = "Sat"\nworks = "Mon"', "say the same twice"),
        ('[[calendar]]\nzone = "UTC"\nquiet = "Foo"', "quiet: 'Foo': 'Foo' is no day such as Mon"),
        ('[[calendar]]\nzone = "UTC"\nworks = "Mon-Sun"', "all the time, which needs no plan"),
        ('[[calendar]]\nzone = "UTC"\nquiet = 18', "quiet: 18 is no text"),
        ('[[calendar]]\nzone = "UTC"\nholidays = ["25.12."]', "holidays: '25.12.' is no day; write"),
        ('[[calendar]]\nzone = "UTC"\nholidays = [5, true]', "holidays: 5 is no day"),
        ('[[calendar]]\nzone = "UTC"\nholidays = "2026-12-31..2026-12-01"', "must end after it begins"),
        ('[[calendar]]\nzone = "UTC"\nholidays = "2026-01-01..2026-12-31"', "120 days later at most"),
        (
            '[[calendar]]\nzone = "UTC"\n[[calendar]]\nzone = "UTC"',
            "calendar 2: zone of the whole plant stands in two",
        ),
        (
            PLANT
            + '[[calendar]]\nline = "boiler house"\n'
            + NIGHTS
            + '[[calendar]]\nline = "boiler house"\n'
            + NIGHTS,
            "calendar 3: quiet or works of 'P-1' stands in two calendars",
        ),
    ],
)
def test_a_mistake_names_file_calendar_key_and_fix(tmp_path, text, told):
    with pytest.raises(ConfigurationError) as error:
        load(tmp_path, text)
    assert told in str(error.value)
    assert str(error.value).startswith(f"{tmp_path / 'machines.toml'}: calendar")
    assert "\n" not in str(error.value)


KEYS = st.sampled_from(["line", "machine", "zone", "quiet", "works", "holidays", "x"])
VALUES = st.sampled_from(
    ["1", "nan", "true", '"P-1"', '"UTC"', "[]", "{}", '""', '"Sat"', '["Sat", 3]', "2026-01-01", '["2026-01-01"]']
)


@given(st.dictionaries(KEYS, VALUES))
def test_any_table_is_read_or_a_configuration_error(tmp_path_factory, table):
    text = "[[calendar]]\n" + "\n".join(f"{key} = {value}" for key, value in table.items())
    try:
        fleet = load(tmp_path_factory.getbasetemp(), text)
    except ConfigurationError as error:
        reason = str(error)
        assert "calendar 1" in reason
    else:
        assert fleet.configuration("P-1").calendar.zone.name == "UTC"
