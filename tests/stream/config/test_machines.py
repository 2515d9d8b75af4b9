import re
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import ConfigurationError
from models.machinery.bearings import catalogue_from, parse_bearing
from models.machinery.kinematics import BearingOrders
from models.machinery.machine import Configuration, Learning, Machine, Name, Thresholds
from stream.config.machines import Fleet, load_machines

ROOT = Path(__file__).resolve().parents[3]
PUMP = """
[[machine]]
id = "泵 1"
name = { en = "Feed pump", zh = "给水泵" }
kind = "pump"
line = "boiler house"
power_kw = 45
mounting = "rigid"
speed_rpm = 1480.0
temperature_limit_c = 90.0
teeth = 23
blades = 6
start_s = 900
line_frequency_hz = 60
category = "I"
[machine.bearings]
drive-end = "n=8,d=0.235,D=1.245,angle=0"
"non-drive end" = "6205-2RS"

[[machine]]
id = "P2"
"""


def load(tmp_path: Path, text: str) -> Fleet:
    path = tmp_path / "machines.toml"
    path.write_text(text, "utf-8")
    return load_machines(path)


def test_machines_are_read_as_they_are_written(tmp_path):
    fleet = load(tmp_path, PUMP)
    written = fleet.machines["泵 1"]
    assert written.mechanism.pack == "pump"
    assert msgspec.structs.replace(written, mechanism=None) == Machine(
        id="泵 1", name=Name("Feed pump", "给水泵"), kind="pump", line="boiler house", power_kw=45.0,
        mounting="rigid", speed_rpm=1480.0, temperature_limit_c=90.0,
        teeth=23, blades=6, start_s=900.0, line_frequency_hz=60.0, category="I",
        bearings={"drive-end": "n=8,d=0.235,D=1.245,angle=0", "non-drive end": "6205-2RS"},
    )  # fmt: skip
    assert list(fleet.machines) == ["泵 1", "P2"]
    assert fleet.configuration("泵 1").version() != fleet.configuration("P2").version()


def test_an_unknown_machine_is_judged_by_defaults(tmp_path):
    assert load(tmp_path, PUMP).configuration("P9") == Configuration(machine=Machine(id="P9"))


def test_the_configuration_carries_the_orders_of_the_bearings_that_are_known(tmp_path):
    orders = load(tmp_path, PUMP).configuration("泵 1").orders
    assert orders == {
        "drive-end": parse_bearing("n=8,d=0.235,D=1.245,angle=0"),
        "non-drive end": parse_bearing("6205"),
    }
    assert msgspec.json.decode(msgspec.json.encode(orders), type=dict[str, BearingOrders]) == orders


def test_a_bearing_that_nobody_knows_is_told_once_with_the_fix_and_left_out(tmp_path, caplog):
    fleet = load(tmp_path, '[[machine]]\nid = "P1"\nbearings = { "驱动端" = "XYZ 999", a = "6205" }')
    for _ in range(3):
        assert list(fleet.configuration("P1").orders) == ["a"]
    (told,) = caplog.messages
    assert "machine 1 ('P1'): bearings: 驱动端" in told
    assert "give its geometry" in told


def test_an_own_catalogue_knows_more_bearings(tmp_path, caplog):
    own = catalogue_from(
        {"bearing": [{"designation": "XYZ 999", "source": "maker's sheet", "rolling_elements": 9,
                      "element_diameter": 8.0, "pitch_diameter": 40.0}]}, "own.toml",
    )  # fmt: skip
    path = tmp_path / "machines.toml"
    path.write_text('[[machine]]\nid = "P1"\nbearings = { a = "xyz-999" }', "utf-8")
    assert load_machines(path, catalogue=own).configuration("P1").orders["a"].bpfo == pytest.approx(3.6)
    assert not caplog.messages


def test_a_missing_file_is_an_empty_fleet(tmp_path):
    learning = Learning(observations=5)
    fleet = load_machines(tmp_path / "none.toml", learning=learning, thresholds=Thresholds(off_delay_s=1.0))
    assert not fleet.machines
    assert fleet.configuration("P1").learning is learning
    assert fleet.configuration("P1").thresholds.off_delay_s == 1.0


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[[machine]]\nid = "P1"\n[[machine]]\nid = "P1"', "machine 2 ('P1'): this id is taken"),
        ('[[machine]]\nid = "P1"\npower = 3', "machine 1 ('P1'): there is no key power; there are id, name, kind"),
        ('[[machine]]\nid = "P1"\nname = { fr = "pompe" }', "machine 1 ('P1'): name: there is no key fr"),
        ("[[machine]]\npower_kw = 3", "machine 1: object missing required field id"),
        ('[[machine]]\nid = "P1"\npower_kw = -3', "power_kw: -3.0 must be above 0"),
        ('[[machine]]\nid = "P1"\npower_kw = nan', "power_kw: nan must be above 0"),
        ('[[machine]]\nid = "P1"\nspeed_rpm = 0', "speed_rpm: 0.0 must be above 0"),
        ('[[machine]]\nid = "P1"\npower_kw = "15 kW"', "machine 1 ('P1'): power_kw: expected float"),
        ('[[machine]]\nid = "P1"\nmounting = "soft"', "mounting: invalid enum value 'soft'; use rigid or flexible"),
        ('[[machine]]\nid = "P1"\ntemperature_limit_c = -300', "temperature_limit_c"),
        ('[[machine]]\nid = "P/1"', "id: 'P/1' is no name"),
        ('[[machine]]\nid = ""', "id: '' is no name"),
        ('[[machine]]\nid = "P1"\nbearings = { "a/b" = "6205" }', "bearings: 'a/b' is no name"),
        ('[[machine]]\nid = "P1"\nbearings = { a = " " }', "a has no designation"),
        ('[[machine]]\nid = "P1"\nbearings = { a = 6205 }', "bearings"),
        ('[[machine]]\nid = "P1"\nbearings = { a = "n=8,d=0.235" }', "bearing 'n=8,d=0.235': D missing"),
        ('[[machine]]\nid = "P1"\nbearings = { a = "n=8,d=5,D=1" }', "bearings: a: "),
        ('[[machine]]\nid = "P1"\nteeth = 1', "teeth: 1 must be 2 to 10000"),
        ('[[machine]]\nid = "P1"\nblades = 6.5', "blades: expected int"),
        ('[[machine]]\nid = "P1"\nstart_s = -1', "start_s: -1.0 must be 0 to 3600 seconds; leave it out for 120"),
        ('[[machine]]\nid = "P1"\nstart_s = 3601', "start_s: 3601.0 must be 0 to 3600"),
        ('[[machine]]\nid = "P1"\nstart_s = nan', "start_s: nan must be 0 to 3600"),
        ('[[machine]]\nid = "P1"\nstart_s = "15 min"', "start_s: expected float"),
        ('[[machine]]\nid = "P1"\nline_frequency_hz = nan', "line_frequency_hz: nan must be 10 to 500"),
        (
            '[[machine]]\nid = "P1"\nkind = "pump"\ncategory = "III"',
            "'III' is none of the pack pump; there are I, II",
        ),
        ('[[machine]]\nid = "P1"\nkind = "motor"\ncategory = "I"', "this kind has none"),
        (
            '[[machine]]\nid = "P1"\nkind = "robot"\ncategory = "I"',
            "category: there is no pack for the kind 'robot'",
        ),
        ('[[machine]]\nid = "P1"\nmechanism = { pack = "pump" }', "mechanism: comes from the pack of its kind"),
        ('[machine]\nid = "P1"', "[[machine]] table"),
        ("machine = [3]", "machine 1"),
        ("machines = []", "there is no key machines"),
        ("machine", "is not TOML"),
    ],
)
def test_a_mistake_names_file_machine_key_and_fix(tmp_path, text: str, told: str):
    with pytest.raises(ConfigurationError) as error:
        load(tmp_path, text)
    assert told in str(error.value)
    assert str(error.value).startswith(f"{tmp_path / 'machines.toml'}: ")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("gateway", ["gw-1", "网关 1号", "10.0.0.7"])
def test_a_gateway_is_known_and_changes_nothing_of_how_its_machines_are_judged(tmp_path, gateway):
    plain = load(tmp_path, '[[machine]]\nid = "P1"')
    fleet = load(tmp_path, f'[[machine]]\nid = "P1"\ngateway = "{gateway}"')
    assert fleet.machines["P1"].gateway == gateway
    assert fleet.configuration("P1") == plain.configuration("P1")
    assert "gateway" not in str(msgspec.to_builtins(fleet.configuration("P1")))


@pytest.mark.parametrize("gateway", ['""', '" "', f'"{"g" * 65}"', '"a/b"', "7", "[]"])
def test_a_gateway_that_is_no_name_is_refused_with_the_fix(tmp_path, gateway):
    with pytest.raises(ConfigurationError, match=r"machine 1 \('P1'\).*gateway: .*(1 to 64 letters|expected str)"):
        load(tmp_path, f'[[machine]]\nid = "P1"\ngateway = {gateway}')


keys = st.sampled_from([*Machine.__struct_fields__, "aliases", "x"])
values = st.sampled_from(
    ["1", "-1.5", "nan", "true", '"P1"', '"rigid"', "[]", "{}", '{ en = "a" }', '{ "泵" = "x" }', "2026-01-01"]
)


@given(st.dictionaries(keys, values))
def test_any_table_is_read_or_a_configuration_error(tmp_path_factory, table: dict[str, str]):
    text = "[[machine]]\n" + "\n".join(f"{key} = {value}" for key, value in table.items())
    try:
        fleet = load(tmp_path_factory.getbasetemp(), text)
    except ConfigurationError as error:
        reason = str(error)
        assert "machine 1" in reason
    else:
        assert len(fleet.machines) == 1


def test_the_example_file_is_an_empty_fleet_and_right_where_the_marks_are_taken_away(tmp_path):
    text = (ROOT / "machines.toml").read_text("utf-8")
    assert not load(tmp_path, text).machines
    shown = "\n".join(re.sub(r"^# ?", "", line) for line in text.splitlines()[5:])
    (machine,) = load(tmp_path, shown).machines.values()
    told = {field: getattr(machine, field) for field in Machine.__struct_fields__}
    assert all(told.values()), "every key has its example"
    assert load(tmp_path, shown).aliases
    assert load(tmp_path, shown).configuration(machine.id).calendar.quiet.weekly


ALIASED = '[[machine]]\nid = "P-101"\naliases = ["P-102", "泵-1"]\nasset = "SN 4711"\n[[machine]]\nid = "P-103"\n'


def test_aliases_are_read_beside_the_machines_and_are_no_part_of_how_one_is_judged(tmp_path):
    fleet = load(tmp_path, ALIASED)
    assert dict(fleet.aliases) == {"P-102": "P-101", "泵-1": "P-101"}
    assert [fleet.known_aliases().resolve(name) for name in ("P-102", "泵-1", "P-103", "p-102")] == [
        "P-101", "P-101", "P-103", "p-102",
    ]  # fmt: skip
    without = load(tmp_path, ALIASED.replace('aliases = ["P-102", "泵-1"]\n', ""))
    assert fleet.configuration("P-101").version() == without.configuration("P-101").version()
    another = load(tmp_path, ALIASED.replace("SN 4711", "SN 4712"))
    assert fleet.configuration("P-101").version() != another.configuration("P-101").version()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('id = "P1"\naliases = ["P1"]', "machine 1 ('P1'): aliases: 'P1' is the id that this machine had first"),
        ('id = "P1"\naliases = ["P2"]\n[[machine]]\nid = "P2"', "'P2' is described as a machine of its own"),
        (
            'id = "P1"\naliases = ["P9"]\n[[machine]]\nid = "P2"\naliases = ["P9"]',
            "machine 2 ('P2'): aliases: 'P9' is an alias of 'P1' already",
        ),
        ('id = "P1"\naliases = ["P9", "P9"]', "aliases: 'P9' stands there twice"),
        ('id = "P1"\naliases = ["P/9"]', "machine 1 ('P1'): aliases: 'P/9' is no name"),
        ('id = "P1"\naliases = [""]', "aliases: '' is no name"),
        ('id = "P1"\naliases = "P9"', "aliases: expected array, got str"),
        ('id = "P1"\naliases = [9]', "expected str, got int"),
        ('id = "P1"\nasset = 4711', "asset: expected str, got int"),
        ('id = "P1"\nasset = " SN"', "asset: ' SN' is no serial number"),
        (f'id = "P1"\nasset = "{"9" * 65}"', "is no serial number; write up to 64 characters"),
        ('id = "P1"\nasset = "S\\nN"', "asset: 'S\\nN' is no serial number"),
        ('id = "P1"\nalias = "P2"', "there is no key alias; there are id, name, kind"),
    ],
)
def test_a_mistake_in_aliases_or_asset_names_what_is_in_the_way(tmp_path, text: str, told: str):
    with pytest.raises(ConfigurationError) as error:
        load(tmp_path, f"[[machine]]\n{text}")
    assert told in str(error.value)
    assert "\n" not in str(error.value)


def test_tables_in_any_order_give_the_same_aliases(tmp_path):
    first, second = ALIASED.split("[[machine]]\n")[1:]
    turned = load(tmp_path, f"[[machine]]\n{second}[[machine]]\n{first}")
    assert turned.aliases == load(tmp_path, ALIASED).aliases


def test_one_asset_at_two_places_is_told_and_taken(tmp_path, caplog):
    load(
        tmp_path,
        "".join(
            f'[[machine]]\nid = "P{i}"\nasset = "{asset}"\n' for i, asset in enumerate(["SN 1", "sn1", "SN 2", ""])
        ),
    )
    (told,) = caplog.messages
    assert "asset sn1 stands at P0 and at P1" in told
