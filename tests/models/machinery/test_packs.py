"""Packs for kinds of machines: what comes with the package, what a factory writes, and what becomes of it."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import ConfigurationError
from models.machinery.fault_names import FAULT_NAMES
from models.machinery.kinds import built_in_packs, packs_from
from models.machinery.machine import Configuration, Machine
from models.machinery.mechanism import Boundaries
from models.machinery.severity import boundaries_of, general_boundaries
from models.machinery.temperature import temperature_limit_c

IDS = ["compressor", "reciprocating-compressor", "fan", "gearbox", "motor", "pump", "spindle"]
WORDS = {"en": "x", "zh": "某"}
MINE = {"id": "press", "name": WORDS, "kinds": ["压力机", "stamping press"], "scope": WORDS}


def pack(kind):
    return built_in_packs().find(kind)


def resolved(**description):
    machine = Machine(id="m", **description)
    return msgspec.structs.replace(machine, mechanism=pack(machine.kind).mechanism_of(machine))


def written(**tables):
    return packs_from({"pack": [{**MINE, **tables}]}, "own.toml")


@pytest.mark.parametrize("kind", IDS)
def test_each_pack_says_what_matters_what_fails_and_where_its_figures_come_from(kind):
    found = pack(kind)
    assert found.id == kind
    assert found.matters
    assert found.faults
    assert found.look.keys() == {"velocity", "change", "temperature", "anomaly"}
    assert all(zones.source for zones in found.zones if zones.mm_s)
    assert found.zones or found.left_out, "without zones there is a reason"
    chinese = [text["zh"] for text in texts(msgspec.to_builtins(found))]
    assert all(any("\u4e00" <= letter <= "\u9fff" for letter in text) for text in chinese)


def texts(plain):
    """Every pair of English and Chinese in nested lists and dicts."""
    if isinstance(plain, dict) and plain.keys() == {"en", "zh"}:
        yield plain
    elif isinstance(plain, dict | list | tuple):
        for item in plain.values() if isinstance(plain, dict) else plain:
            yield from texts(item)


def test_no_kind_is_claimed_twice():
    names = [name for found in built_in_packs().packs for name in (found.id, *found.kinds)]
    assert [pack(name).id for name in names] == [
        found.id for found in built_in_packs().packs for _ in (found.id, *found.kinds)
    ]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("pump", "pump"), ("Centrifugal-Pump", "pump"), ("泵", "pump"), ("循环水泵", "pump"), ("电机", "motor"),
        ("风机", "fan"), ("减速机", "gearbox"), ("空压机", "compressor"),
        ("活塞式空压机", "reciprocating-compressor"), ("电动机", "motor"), ("主轴", "spindle"),
        ("罗茨鼓风机", "compressor"), ("ＰＵＭＰ", "pump"),
    ],
)  # fmt: skip
def test_a_kind_finds_its_pack_however_it_is_written(kind, expected):
    assert pack(kind).id == expected


@given(st.text(max_size=20))
def test_any_other_kind_finds_none_or_one_that_is_called_so(kind):
    found = pack(kind)
    assert found is None or any(char.isalnum() for char in kind)


@pytest.mark.parametrize(
    ("category", "power_kw", "speed_rpm", "expected"),
    [
        ("I", 200.0, 1480.0, (2.5, 4.0, 6.6)),
        ("I", 200.1, None, (3.5, 5.0, 7.6)),
        ("II", 7.5, None, (3.2, 5.1, 8.5)),
        ("ii", 250.0, 2970.0, (4.2, 6.1, 9.5)),
        ("", 45.0, 1480.0, (1.4, 2.8, 4.5)),
        ("II", 45.0, 500.0, (1.4, 2.8, 4.5)),
        ("II", 0.75, 2900.0, None),
        ("II", None, 2900.0, None),
    ],
)
def test_the_zones_of_a_pump_go_by_category_power_and_speed(category, power_kw, speed_rpm, expected):
    pump = resolved(kind="pump", category=category, power_kw=power_kw, mounting="rigid", speed_rpm=speed_rpm)
    assert boundaries_of(pump) == (Boundaries(*expected) if expected else None)
    assert bool(pump.mechanism.boundaries_source) == bool(expected)


def test_the_zones_of_a_fan_go_by_category_and_mounting():
    fan = resolved(kind="引风机", category="BV-3", mounting="flexible")
    assert boundaries_of(fan) == Boundaries(6.3, 11.8, 12.5)
    assert boundaries_of(resolved(kind="fan", category="bv4", mounting="rigid")).cd_mm_s == 7.1
    assert boundaries_of(resolved(kind="fan", category="BV-3")) is None


@pytest.mark.parametrize("kind", ["spindle", "活塞压缩机"])
def test_machines_outside_of_iso_20816_3_get_none_of_its_zones(kind):
    machine = resolved(kind=kind, power_kw=45.0, mounting="rigid")
    assert boundaries_of(machine) is None
    assert general_boundaries(machine) is not None


@pytest.mark.parametrize("kind", ["pump", "fan", "motor", "gearbox", "compressor"])
def test_without_a_category_the_general_zones_hold_as_for_a_kind_that_nobody_knows(kind):
    machine = resolved(kind=kind, power_kw=90.0, mounting="flexible")
    assert boundaries_of(machine) == boundaries_of(Machine(id="m", power_kw=90.0, mounting="flexible"))
    assert machine.mechanism.boundaries_source == "ISO 20816-3"


def test_a_temperature_limit_is_for_rolling_bearings_and_below_the_maker_s():
    motor = resolved(kind="motor", bearings={"drive-end": "6205"})
    limits = {point: temperature_limit_c(motor, point) for point in ("drive-end", "rear bearing", "winding")}
    assert limits == {"drive-end": 95.0, "rear bearing": 95.0, "winding": None}
    assert temperature_limit_c(resolved(kind="motor"), "bearing") is None
    told = resolved(kind="motor", bearings={"drive-end": "6205"}, temperature_limit_c=110.0)
    assert temperature_limit_c(told, "winding") == temperature_limit_c(told, "drive-end") == 110.0
    assert temperature_limit_c(resolved(kind="fan", bearings={"a": "6205"}), "a") is None


def test_what_is_checked_next_is_told_for_faults_that_the_diagnosis_names():
    for found in built_in_packs().packs:
        checks = found.mechanism_of(Machine(id="m")).check
        assert checks.keys() & FAULT_NAMES.keys()
        assert all(words.en and words.zh for words in checks.values())


def test_a_mechanism_travels_with_the_configuration_and_changes_its_version():
    plain, machine = Machine(id="m", kind="pump"), resolved(kind="pump")
    sent = msgspec.json.encode(Configuration(machine=machine))
    assert msgspec.json.decode(sent, type=Configuration).machine == machine
    assert Configuration(machine=machine).version() != Configuration(machine=plain).version()
    assert len(sent) < 8_000


def test_a_factory_writes_its_own():
    found = written(
        categories=[{"id": "A", "meaning": WORDS}],
        zones=[{"category": "A", "mm_s": [1.0, 2.0, 3.0], "source": "house rule 7"}],
        bearing_temperature={"limit_c": 70.0, "source": "house rule 8"},
        look={"velocity": WORDS},
        faults=[{"fault": "unbalance", "name": WORDS, "sign": WORDS, "check": WORDS}],
    ).find("stamping PRESS")
    machine = Machine(id="m", kind="压力机", category="a", bearings={"x": "6205"})
    mechanism = found.mechanism_of(machine)
    assert (mechanism.boundaries, mechanism.boundaries_source) == (Boundaries(1.0, 2.0, 3.0), "house rule 7")
    assert (mechanism.bearing_limit_c, mechanism.check["unbalance"].zh) == (70.0, "某")


@pytest.mark.parametrize(
    ("tables", "told"),
    [
        ({"zones": [{"mm_s": [3.0, 2.0, 4.0], "source": "x"}]}, "zones 1: mm_s must rise"),
        ({"zones": [{"mm_s": [1.0, 2.0], "source": "x"}]}, "pack[0].zones[0].mm_s"),
        ({"zones": [{"mm_s": [1.0, float("nan"), 4.0], "source": "x"}]}, "mm_s"),
        ({"zones": [{"mm_s": [-1.0, 2.0, 4.0], "source": "x"}]}, "mm_s"),
        ({"zones": [{"mm_s": [1.0, 2.0, 4.0]}]}, "source must say where"),
        ({"zones": [{"source": "x"}]}, "give mm_s"),
        ({"zones": [{"category": "C"}]}, "category 'C' must be described"),
        ({"zones": [{"above_kw": 9.0, "up_to_kw": 3.0}]}, "above_kw must be less"),
        ({"zones": [{"mounting": "soft"}]}, "mounting"),
        ({"bearing_temperature": {"limit_c": float("inf"), "source": "x"}}, "limit_c"),
        ({"bearing_temperature": {"limit_c": 80.0}}, "source"),
        ({"name": {"en": "press"}}, "zh"),
        ({"name": {"en": "", "zh": "x"}}, "name.en"),
        ({"kinds": []}, "kinds"),
        ({"kinds": ["--"]}, "need letters or digits"),
        ({"look": {"sound": WORDS}}, "look"),
        ({"limits": []}, "limits"),
        ({"faults": [{"fault": "Gear", "name": WORDS, "sign": WORDS, "check": WORDS}]}, "write it so"),
        ({"faults": [{"fault": "a", "name": WORDS, "sign": WORDS, "check": WORDS}] * 2}, "stands there twice"),
    ],
)
def test_a_mistake_in_a_pack_names_file_place_and_fix(tables, told):
    with pytest.raises(ConfigurationError) as error:
        written(**tables)
    assert str(error.value).startswith("own.toml: ")
    assert told in str(error.value)


def test_two_packs_of_a_file_cannot_be_for_the_same_kind():
    with pytest.raises(ConfigurationError, match=r"is taken by own\.toml: pack 1"):
        packs_from({"pack": [MINE, {**MINE, "id": "other"}]}, "own.toml")
    with pytest.raises(ConfigurationError, match="pack"):
        packs_from({"packs": []}, "own.toml")
