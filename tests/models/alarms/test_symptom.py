import msgspec
from hypothesis import given
from hypothesis import strategies as st

from models.alarms.symptom import Symptom, degree_of

LIMITS = st.lists(st.floats(1.0, 1e6), min_size=1, max_size=3).map(sorted)


@given(st.floats(0, 1e9), LIMITS)
def test_a_degree_reaches_a_level_exactly_at_its_limit(value, limits):
    degree = degree_of(value, 0.0, limits)
    assert int(min(degree, 3.999)) >= sum(value >= limit for limit in limits)
    for level, limit in enumerate(limits, start=1):
        assert (degree >= level) == (value >= limit)


@given(st.lists(st.floats(-1e12, 1e12), min_size=2, max_size=2).map(sorted), LIMITS)
def test_more_is_never_better(values, limits):
    assert degree_of(values[0], 0.5, limits) <= degree_of(values[1], 0.5, limits)


def test_a_symptom_of_an_older_state_has_no_newest_value_of_its_own():
    older = msgspec.msgpack.encode(["change", "rms_g", 0.3, 0.1, [0.16, 0.25, 0.63], 2.2, {}, None, None, False])
    assert msgspec.msgpack.decode(older, type=Symptom).newest == 4.0
