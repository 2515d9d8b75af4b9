import msgspec
import pytest

from models.clock import MINUTE_US
from models.condition.regimes import MAX_REGIMES, OperatingPoint, Regimes, operating_point

FULL, HALF, IDLE = operating_point(1480.0, 95.0), operating_point(740.0, 50.0), operating_point(1480.0, 5.0)


def walk(*stays, step_min=0.5, regimes=None):
    """Hold each place for so many minutes; give the regimes and, of each stay, the regime held at its end."""
    regimes, held, minute = regimes or Regimes(), [], 0.0
    for place, minutes in stays:
        for _ in range(int(minutes / step_min)):
            regimes.update(place, round(minute * MINUTE_US))
            minute += step_min
        held.append(regimes.present if regimes.settled else None)
    return regimes, held


def test_the_first_place_counts_at_once_and_others_once_they_are_held():
    regimes = Regimes()
    assert not regimes.update(FULL, 0)
    assert regimes.settled
    assert not regimes.update(HALF, MINUTE_US)
    assert not regimes.settled
    assert not regimes.update(HALF, MINUTE_US + 30_000_000)
    assert regimes.update(HALF, 2 * MINUTE_US)
    assert regimes.settled
    assert regimes.present == 1


def test_what_comes_back_is_known():
    _, held = walk((FULL, 10), (HALF, 10), (FULL, 10), (IDLE, 10), (HALF, 10))
    assert held == [0, 1, 0, 2, 1]


def test_a_short_excursion_or_a_ramp_is_no_regime_and_after_it_the_dwell_begins_anew():
    ramp = [(operating_point(1480.0 * 0.88**i, 95.0 - 8 * i), 0.5) for i in range(2, 6)]
    regimes, held = walk((FULL, 10), *ramp, (HALF, 10))
    assert held == [0, *[None] * 4, 1]
    assert len(regimes.known) == 2
    regimes, held = walk((FULL, 10), (IDLE, 0.5), (FULL, 0.5))
    assert held == [0, None, None]


def test_slip_and_small_changes_of_load_are_the_same_regime():
    places = [(operating_point(1480.0 + i, 80.0 + i), 1) for i in range(20)]
    regimes, held = walk(*places)
    assert set(held) == {0}
    assert len(regimes.known) == 1


def test_single_places_on_the_way_elsewhere_make_no_regime_wider():
    """Else it would creep towards its neighbour, until both were one."""
    strays = [(operating_point(1480.0 * 1.14, 95.0), 0.5), (FULL, 3)] * 20
    regimes, held = walk((FULL, 10), *strays)
    assert set(held) == {0}
    assert regimes.known[0].width() == 0.0
    regimes, _ = walk((operating_point(1480.0 * 1.14, 95.0), 2), regimes=regimes)
    assert regimes.known[0].width() > 0.8


def test_near_its_edge_a_machine_does_not_flicker():
    edge = [(operating_point(1480.0, 52.0 if i % 2 else 95.0), 2) for i in range(20)]
    _, held = walk((operating_point(1480.0, 60.0), 1), (operating_point(1480.0, 95.0), 1), *edge)
    assert set(held) == {0}


def test_a_machine_that_never_holds_still_is_one_wide_regime_in_the_end():
    wild = [(operating_point(500.0 + 370.0 * (7 * i % 11), 10.0 * (3 * i % 10)), 1) for i in range(200)]
    regimes, held = walk(*wild, step_min=1)
    assert None in held[:30]
    assert None not in held[60:]
    assert len(regimes.known) <= MAX_REGIMES


def test_there_are_never_too_many_and_the_one_not_seen_for_longest_is_forgotten():
    day = 24 * 60
    others = [operating_point(speed, 50.0) for speed in (300.0, 5000.0)]
    regimes, held = walk((FULL, 60), (HALF, day), (others[0], day), (others[1], 60), (HALF, 60), (FULL, 60))
    assert len(regimes.known) == MAX_REGIMES
    assert held[4] == held[1], "seen yesterday"
    assert held[5] not in held[:4], "seen before that"


def test_of_many_in_one_day_the_nearest_become_one_that_is_new():
    speeds = [400.0, 480.0, 1000.0, 2500.0]
    stays = [(operating_point(speed, 50.0), 60) for speed in speeds]
    regimes, held = walk(*stays, *stays)
    assert len(regimes.known) == MAX_REGIMES
    assert held[4] == held[5] not in held[:4]
    assert held[6:] == held[2:4]
    assert [regime.wide for regime in regimes.known].count(True) == 1


@pytest.mark.parametrize(
    "place", [operating_point(None, None), operating_point(1480.0, None), operating_point(None, 80.0), FULL]
)
def test_what_is_known_of_a_place_may_be_speed_or_load_or_neither(place):
    regimes, held = walk((place, 10), (operating_point(3000.0, 10.0), 10), (place, 10))
    assert held[-1] == 0 or place == OperatingPoint()
    assert len(regimes.known) <= 2


def test_where_nothing_was_known_the_first_knowledge_changes_nothing():
    _, held = walk((OperatingPoint(), 10), (FULL, 10))
    assert held == [0, 0]


def test_a_change_of_what_is_told_is_a_regime_of_its_own():
    _, held = walk((FULL, 10), (operating_point(1480.0, None), 10), (FULL, 10))
    assert held == [0, 1, 0]


@pytest.mark.parametrize(("speed_rpm", "load"), [(0.0, 0.0), (-1480.0, 80.0), (1e9, 1e9)])
def test_awkward_places_are_places(speed_rpm, load):
    _, held = walk((FULL, 5), (operating_point(speed_rpm, load), 5))
    assert held[-1] is not None


def test_it_goes_on_from_plain_numbers_as_if_nothing_had_been():
    stays = [(FULL, 7), (HALF, 3), (IDLE, 0.5), (HALF, 8), (operating_point(900.0, 70.0), 4), (FULL, 3), (HALF, 9)]
    whole, _ = walk(*stays)
    regimes, minute = Regimes(), 0.0
    for place, minutes in stays:
        for _ in range(int(minutes / 0.5)):
            regimes.update(place, round(minute * MINUTE_US))
            regimes = msgspec.msgpack.decode(msgspec.msgpack.encode(regimes), type=Regimes)
            minute += 0.5
    assert msgspec.msgpack.encode(regimes) == msgspec.msgpack.encode(whole)


def test_a_few_places_in_an_hour_are_not_yet_how_a_machine_lives():
    """One that is heard every quarter of an hour needs ten of them, not the three of half an hour."""
    places = [(operating_point(2_000.0 * 1.3**i, 50.0), 15) for i in range(10)]
    regimes, held = walk((FULL, 15), *places, step_min=15)
    assert held == [0, *[None] * 9, 1]
    assert regimes.is_wide
