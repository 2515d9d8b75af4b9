import pytest

from models.machinery.machine import Machine
from models.machinery.severity import boundaries_of, zone_of

GROUPS = [
    (300.1, "rigid", (2.3, 4.5, 7.1)),
    (300.1, "flexible", (3.5, 7.1, 11.0)),
    (300.0, "rigid", (1.4, 2.8, 4.5)),
    (15.0, "flexible", (2.3, 4.5, 7.1)),
]


@pytest.mark.parametrize(("power_kw", "mounting", "expected"), GROUPS)
def test_each_group_has_its_boundaries(power_kw, mounting, expected):
    found = boundaries_of(Machine(id="m", power_kw=power_kw, mounting=mounting))
    assert found is not None
    assert (found.ab_mm_s, found.bc_mm_s, found.cd_mm_s) == expected


@pytest.mark.parametrize(
    "machine",
    [
        Machine(id="m"),
        Machine(id="m", power_kw=90.0),
        Machine(id="m", mounting="rigid"),
        Machine(id="m", power_kw=14.9, mounting="rigid"),
        Machine(id="m", power_kw=90.0, mounting="rigid", speed_rpm=119.0),
        Machine(id="m", power_kw=90.0, mounting="rigid", speed_rpm=30_001.0),
    ],
)
def test_no_zone_outside_the_scope(machine):
    assert boundaries_of(machine) is None


@pytest.mark.parametrize("speed_rpm", [None, 120.0, 1480.0, 30_000.0])
def test_the_scope_includes_its_slowest_and_fastest_and_an_unknown_speed(speed_rpm):
    assert boundaries_of(Machine(id="m", power_kw=90.0, mounting="rigid", speed_rpm=speed_rpm)) is not None


@pytest.mark.parametrize(("power_kw", "mounting", "expected"), GROUPS)
def test_a_value_on_a_boundary_belongs_to_the_worse_zone(power_kw, mounting, expected):
    boundaries = boundaries_of(Machine(id="m", power_kw=power_kw, mounting=mounting))
    assert boundaries is not None
    assert [zone_of(value, boundaries) for value in expected] == ["B", "C", "D"]
    assert [zone_of(value - 1e-9, boundaries) for value in expected] == ["A", "B", "C"]
