import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import ConfigurationError
from models.machinery.kinematics import (
    BearingGeometry,
    BearingOrders,
    Belt,
    GearPair,
    Motor,
    bearing_orders,
    belt_frequencies,
    blade_pass_hz,
    gear_frequencies,
    motor_frequencies,
    sidebands_hz,
    synchronous_hz,
)

GEOMETRIES = st.builds(
    lambda n, pitch, ratio, angle: BearingGeometry(n, ratio * pitch, pitch, angle),
    st.integers(3, 60),
    st.floats(1e-3, 1e4),
    st.floats(0.01, 0.9),
    st.floats(0, 80),
)


def test_the_published_example_of_a_bearing():
    found = bearing_orders(BearingGeometry(8, 2, 12, 15)).at(60 * 25)
    assert [round(x, 3) for x in (found.bpfo_hz, found.bpfi_hz, found.bsf2_hz / 2, found.ftf_hz)] == [
        83.901, 116.099, 73.056, 10.488,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("geometry", "bpfo", "bpfi", "bsf2", "ftf"),
    [
        (BearingGeometry(9, 0.3126, 1.537), 3.5848, 5.4152, 4.7135, 0.3983),
        (BearingGeometry(8, 0.235, 1.245), 81.125 / 25, 118.875 / 25, 2 * 63.91 / 25, 10.14 / 25),
        (BearingGeometry(13, 3.5, 25.6), 5.61, 7.39, None, None),
    ],
    ids=["SKF 6205", "MFPT", "PRONOSTIA"],
)
def test_published_orders(geometry, bpfo, bpfi, bsf2, ftf):
    found = bearing_orders(geometry)
    for value, published in ((found.bpfo, bpfo), (found.bpfi, bpfi), (found.bsf2, bsf2), (found.ftf, ftf)):
        assert published is None or value == pytest.approx(published, rel=1e-3)


@given(GEOMETRIES)
def test_what_holds_for_every_bearing(geometry):
    orders = bearing_orders(geometry)
    n = geometry.rolling_elements
    assert orders.bpfo + orders.bpfi == pytest.approx(n)  # an element passes either race once a relative turn
    assert orders.bpfo == pytest.approx(n * orders.ftf)
    assert orders.bpfi == pytest.approx(n * (1 - orders.ftf))
    c = geometry.element_diameter / geometry.pitch_diameter * math.cos(math.radians(geometry.contact_angle_deg))
    assert orders.bsf2 * geometry.element_diameter / geometry.pitch_diameter == pytest.approx((1 - c) * (1 + c))


@given(GEOMETRIES, st.floats(1e-3, 1e3), st.floats(0.1, 1e5))
def test_orders_know_no_unit_of_length_and_frequencies_grow_with_speed(geometry, scale, speed_rpm):
    scaled = BearingGeometry(
        geometry.rolling_elements,
        geometry.element_diameter * scale,
        geometry.pitch_diameter * scale,
        geometry.contact_angle_deg,
    )
    orders = bearing_orders(geometry)
    assert bearing_orders(scaled).bpfo == pytest.approx(orders.bpfo)
    assert orders.at(speed_rpm).bpfi_hz == pytest.approx(orders.bpfi * speed_rpm / 60)
    assert orders.at(2 * speed_rpm).bsf2_hz == pytest.approx(2 * orders.at(speed_rpm).bsf2_hz)


def test_the_published_example_of_a_gear():
    found = gear_frequencies(GearPair(8, 42), 20.0)
    assert (found.shaft_hz, round(found.mate_hz, 4), found.mesh_hz) == (20.0, 3.8095, 160.0)
    assert found.assembly_phase_hz == 80.0
    assert found.hunting_tooth_hz == pytest.approx(160 / 168)


@given(st.integers(2, 500), st.integers(2, 500), st.floats(0.01, 1000))
def test_what_holds_for_every_pair_of_gears(teeth, mate, shaft_hz):
    found = gear_frequencies(GearPair(teeth, mate), shaft_hz)
    assert found.mesh_hz == pytest.approx(mate * found.mate_hz)
    phases = math.gcd(teeth, mate)
    assert found.assembly_phase_hz * phases == pytest.approx(found.mesh_hz)
    assert found.hunting_tooth_hz == pytest.approx(found.mesh_hz * phases / (teeth * mate))
    # The same two teeth meet again after a whole number of turns of both.
    for turns in (found.shaft_hz / found.hunting_tooth_hz, found.mate_hz / found.hunting_tooth_hz):
        assert turns == pytest.approx(round(turns))


@given(st.floats(10, 1000), st.floats(10, 1000), st.floats(1.6, 50), st.floats(0.1, 100))
def test_belt_and_pulleys_run_at_one_speed_of_the_belt(drive, driven, slack, drive_hz):
    belt = Belt(length=slack * (drive + driven), drive_diameter=drive, driven_diameter=driven)
    found = belt_frequencies(belt, drive_hz)
    metres = found.belt_hz * belt.length
    assert metres == pytest.approx(math.pi * drive * found.drive_hz)
    assert metres == pytest.approx(math.pi * driven * found.driven_hz)


def test_a_motor_on_both_mains():
    assert [synchronous_hz(Motor(poles, 50)) for poles in (2, 4, 8)] == [50, 25, 12.5]
    assert synchronous_hz(Motor(4, 60)) == 30
    found = motor_frequencies(Motor(4, 60), 1750 / 60)
    assert found.slip_hz == pytest.approx(50 / 60)
    assert found.pole_pass_hz == pytest.approx(4 * 50 / 60)
    assert found.twice_line_hz == 120


def test_a_generating_motor_slips_the_other_way():
    found = motor_frequencies(Motor(4, 50), 25.5)
    assert (found.slip_hz, found.pole_pass_hz) == (-0.5, 2.0)


def test_blades_and_sidebands():
    assert blade_pass_hz(7, 24.5) == 171.5
    assert sidebands_hz(160, 20, 1) == (140, 180)
    assert sidebands_hz(25, 10, 3) == (5, 15, 35, 45, 55)


@pytest.mark.parametrize(
    "make",
    [
        lambda: BearingGeometry(2, 1, 10),
        lambda: BearingGeometry(10**9, 1, 10),
        lambda: BearingGeometry(8, 10, 1),
        lambda: BearingGeometry(8, 0, 1),
        lambda: BearingGeometry(8, math.nan, 1),
        lambda: BearingGeometry(8, 1, math.inf),
        lambda: BearingGeometry(8, 1, 10, 90),
        lambda: BearingGeometry(8, 1, 10, math.nan),
        lambda: BearingOrders(bpfo=5, bpfi=3, bsf2=4, ftf=0.4),
        lambda: BearingOrders(bpfo=3, bpfi=5, bsf2=4, ftf=1.4),
        lambda: BearingOrders(bpfo=3, bpfi=5, bsf2=math.nan, ftf=0.4),
        lambda: BearingOrders(3.5, 5.5, 4.7, 0.4).at(0),
        lambda: BearingOrders(3.5, 5.5, 4.7, 0.4).at(math.nan),
        lambda: GearPair(1, 42),
        lambda: GearPair(8, -3),
        lambda: gear_frequencies(GearPair(8, 42), -1),
        lambda: Belt(100, 200, 300),
        lambda: Belt(math.inf, 200, 300),
        lambda: Motor(3),
        lambda: Motor(0),
        lambda: Motor(4, math.nan),
        lambda: motor_frequencies(Motor(4), 0),
        lambda: blade_pass_hz(0, 25),
        lambda: blade_pass_hz(5, math.inf),
        lambda: sidebands_hz(0, 1, 1),
    ],
)
def test_what_cannot_be_is_refused(make):
    with pytest.raises(ConfigurationError):
        make()


def test_the_error_names_the_fix():
    with pytest.raises(ConfigurationError, match="different units"):
        BearingGeometry(8, 7.94, 1.537)
