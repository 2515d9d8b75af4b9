import math
import tomllib
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import ConfigurationError
from models.machinery.bearings import (
    built_in,
    catalogue_from,
    parse_bearing,
    resolve_bearing,
    search,
)
from models.machinery.kinematics import bearing_orders

OWN = """
[[bearing]]
designation = "自制-01"
maker = "本厂"
source = "drawing 4711"
rolling_elements = 10
element_diameter = 0.5
pitch_diameter = 2.5
unit = "in"

[[bearing]]
designation = "X1"
source = "maker's data sheet"
orders = { bpfo = 3.1, bpfi = 4.9, bsf2 = 4.2, ftf = 0.38 }
"""


@pytest.mark.parametrize("entry", built_in().entries, ids=lambda entry: entry.name)
def test_every_entry_has_its_source_and_is_found_by_its_names(entry):
    assert len(entry.source) > 20
    assert entry.kind
    assert built_in().find(entry.name) == entry or built_in().find(f"{entry.maker} {entry.designation}") == entry
    for name in entry.also:
        assert built_in().find(name) == entry
    assert entry in search(entry.designation)


@pytest.mark.parametrize("entry", built_in().entries, ids=lambda entry: entry.name)
def test_orders_are_those_of_the_geometry_where_both_are_given(entry):
    assert entry.geometry is not None or entry.orders is not None
    if entry.geometry is not None:
        computed = bearing_orders(entry.geometry)
        for name in entry.orders.__struct_fields__:
            assert getattr(entry.orders, name) == pytest.approx(getattr(computed, name), rel=2e-4)


@pytest.mark.parametrize("entry", built_in().entries, ids=lambda entry: entry.name)
def test_published_orders_do_not_contradict_each_other(entry):
    """With n elements and c = d/D cos b: bpfo + bpfi = n, bpfo = n ftf, and bsf2 = (1 - c^2) cos b / c."""
    orders = entry.orders
    elements = round(orders.bpfo + orders.bpfi)
    assert orders.bpfo + orders.bpfi == pytest.approx(elements, abs=2e-3)
    assert orders.bpfo == pytest.approx(elements * orders.ftf, rel=2e-3)
    c = 1 - 2 * orders.bpfo / elements
    angle = entry.geometry.contact_angle_deg if entry.geometry else 0.0
    assert orders.bsf2 == pytest.approx((1 - c * c) * math.cos(math.radians(angle)) / c, rel=3e-3)


def test_no_pitch_is_a_mean_of_bore_and_outside_diameter_and_all_files_are_read():
    folder = files("models.machinery") / "catalogue"
    written = [
        tomllib.loads(file.read_text("utf-8"))["bearing"]
        for file in folder.iterdir()
        if file.name.endswith(".toml")
    ]
    assert sum(map(len, written)) == len(built_in().entries) >= 40
    kinds = {entry.kind.split(",")[0] for entry in built_in().entries}
    assert kinds >= {"deep groove ball", "cylindrical roller", "spherical roller", "tapered roller", "insert ball"}
    skf_6205 = built_in().find("SKF 6205").geometry
    assert skf_6205.pitch_diameter != pytest.approx((25 + 52) / 2, rel=0.01)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("6205", "SKF 6205"), ("6205-2RS", "SKF 6205"), ("6205-2RS JEM", "SKF 6205"), ("6205-ZZ", "SKF 6205"),
        ("6205 C3", "SKF 6205"), ("6205/C3", "SKF 6205"), ("6205-2RS1/C3", "SKF 6205"), ("6205ZZC3", "SKF 6205"),
        ("skf 6205-2z", "SKF 6205"), ("６２０５－２ＲＳ", "SKF 6205"),
        ("6205DDU", "SKF 6205"), ("6205 P5", "SKF 6205"),
        ("6203", "SKF 6203"), ("FAG 6203-2RSR", "FAG 6203"), ("MTK 6203", "MTK 6203"),
        ("za2115", "Rexnord ZA-2115"),
        ("Rexnord ZA-2115", "Rexnord ZA-2115"), ("er16k", "MB ER-16K"), ("MFPT NICE", "NICE MFPT"),
        ("206k", "Timken 206K"), ("Timken 312K", "Timken 312K"),
        ("NJ204", "N204"), ("dirg b3", "DIRG B1"), ("6204-2Z", "6204"),
    ],
)  # fmt: skip
def test_designations_as_people_write_them(text, name):
    found = built_in().find(text)
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize(
    "text", ["", "62055", "6205-E", "6205 TN9", "NSK 6205", "205", "6205=E", "轴承", "01", "ER-16", "7205 C"]
)
def test_what_is_not_known_is_not_guessed(text):
    assert built_in().find(text) is None


def test_a_geometry_is_taken_as_given():
    orders = parse_bearing("n=8,d=0.235,D=1.245,angle=0")
    assert orders.bpfo * 25 == pytest.approx(81.125, rel=1e-4)
    assert parse_bearing(" n = 8 ; d=0.235; D=1.245 ") == orders
    assert parse_bearing("n=8，d=0.235，D=1.245") == orders  # full-width commas
    assert resolve_bearing("n=8,d=0.235,D=1.245").source == "given geometry"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("6999", "give its geometry"),
        ("NSK 6205", "there is SKF 6205"),
        ("", "give its geometry"),
        ("n=8,d=0.2", "D missing"),
        ("n=8,d=0.2,D=zwei", "no number"),
        ("n=8,d=0.2,D=1,D=2", "not expected"),
        ("n=8,d=0.2,D=1,z=2", "not expected"),
        ("n=8.5,d=0.2,D=1", "whole number"),
        ("n=nan,d=0.2,D=1", "whole number"),
        ("n=8,d=2,D=1", "below the pitch diameter"),
        ("n=8,d=inf,D=inf", "finite"),
        ("n=8,d=0.2,D=1,angle=95", "below 90"),
        ("=", "not expected"),
    ],
)
def test_an_error_names_the_fix(text, told):
    with pytest.raises(ConfigurationError, match=told):
        parse_bearing(text)


@given(st.text(max_size=60))
def test_no_text_breaks_the_search(text):
    found = search(text)
    assert set(found) <= set(built_in().entries)
    try:
        orders = parse_bearing(text)
    except ConfigurationError:
        return
    assert orders.bpfi > orders.bpfo


def test_search_finds_by_any_word():
    assert [entry.name for entry in search("fan end")] == ["SKF 6203"]
    assert {entry.designation for entry in search("6203 groove")} == {"6203"}
    assert search("") == built_in().entries
    assert search("no such bearing") == ()


def test_own_bearings_in_any_script():
    own = catalogue_from(tomllib.loads(OWN), "own.toml")
    found = own.find("自制-01")
    assert found is not None
    assert found.geometry.pitch_diameter == pytest.approx(63.5)
    assert own.find("本厂 自制-01") == found
    assert own.find("x1").orders.bpfo == 3.1
    assert own.search("自制") == (found,)
    assert own.find("01") is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[[bearing]]\ndesignation='A1'", "source"),
        ("[[bearing]]\ndesignation='A1'\nsource=''", "source must say"),
        ("[[bearing]]\ndesignation='A1'\nsource='s'", "neither a geometry nor orders"),
        ("[[bearing]]\ndesignation='A1'\nsource='s'\nrolling_elements=8", "needs all of"),
        ("[[bearing]]\ndesignation='A1'\nsource='s'\nballs=8", "balls"),
        ("[[bearing]]\ndesignation='A1'\nsource='s'\nrolling_elements='8'", "rolling_elements"),
        (
            "[[bearing]]\ndesignation='A1'\nsource='s'\nrolling_elements=8\nelement_diameter=3\npitch_diameter=1",
            r"own.toml: bearing 1 \(A1\)",
        ),
        ("[[bearing]]\ndesignation='A1'\nsource='s'\norders={bpfo=5,bpfi=3,bsf2=4,ftf=0.4}", "no bearing's"),
        ("[[bearing]]\ndesignation='A1'\nsource='s'\norders={bpfo=nan,bpfi=3,bsf2=4,ftf=0.4}", "finite"),
        ("bearing = 3", "bearing"),
        ("[[bearings]]", "bearings"),
    ],
)
def test_a_bad_file_is_told_with_its_place(text, told):
    with pytest.raises(ConfigurationError, match=told) as caught:
        catalogue_from(tomllib.loads(text), "own.toml")
    assert str(caught.value).startswith("own.toml")
