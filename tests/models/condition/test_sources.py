"""Which messages were folded before: every message once and no repeat twice, whatever becomes of its topic."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from models import fold
from models.clock import HOUR_US, SECOND_US
from models.condition.sources import was_folded
from models.observations import FindingObserved, ReadingObserved, Source
from models.outputs import Action, Health
from tests.models.fold.observed import START_US, STEP_US, kind, reading, run, vibration

DELIVERIES = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 4)), min_size=1, max_size=80)
"""Which life of the topic is read on in, and by how many messages a reader goes back before it does."""
STAMPS = st.lists(st.integers(-HOUR_US, HOUR_US), min_size=80, max_size=80)
LATER_US = 10 * HOUR_US


def message(offset, *, life="", arrived_us=None, partition=0, read_us=START_US + 100 * HOUR_US):
    return ReadingObserved(
        machine="pump",
        point="skid",
        time_us=START_US,
        observed_us=read_us,
        digest="same",
        source=Source("readings", partition, offset, life),
        arrived_us=arrived_us,
    )


def read(deliveries, message_of):
    """Give each message that readers came by, and whether it was the first time."""
    position, come = {}, set()
    for life, back in deliveries:
        offset = position[life] = max(0, position.get(life, 0) - back)
        position[life] += 1
        yield message_of(life, offset), (life, offset) not in come
        come.add((life, offset))


def assert_each_once(read_messages, state=None):
    state = state or fold.initial_state("pump")
    for observation, is_new in read_messages:
        assert was_folded(state, observation) is not is_new, observation.source
    assert len(state.offsets) <= 16
    assert state.appended_us.keys() <= state.offsets.keys()


@given(DELIVERIES, STAMPS)
def test_lives_with_ids_are_told_apart_in_any_order_and_by_any_clock(deliveries, stamps):
    """Also where a former owner wakes up and sends again what it read in an earlier life."""
    assert_each_once(
        read(
            deliveries,
            lambda life, offset: message(offset, life=f"id-{life}", arrived_us=START_US + stamps[offset]),
        )
    )


@given(DELIVERIES)
def test_lives_with_ids_need_no_append_times(deliveries):
    assert_each_once(read(deliveries, lambda life, offset: message(offset, life=f"id-{life}")))


@given(DELIVERIES, STAMPS)
def test_lives_without_ids_are_told_apart_by_when_they_were_appended(deliveries, stamps):
    """One after the other; within each the broker's clock does what it likes."""
    one_after_the_other = sorted(deliveries, key=lambda delivery: delivery[0])
    assert_each_once(
        read(
            one_after_the_other,
            lambda life, offset: message(offset, arrived_us=START_US + life * LATER_US + stamps[offset]),
        )
    )


@given(DELIVERIES, st.lists(st.booleans(), min_size=80, max_size=80))
def test_a_topic_that_begins_to_stamp_goes_on(deliveries, stamped):
    """Some with an append time and some without, as where `stethos topics --mend` is run: all of one life."""

    def message_of(_, offset):
        arrived_us = START_US + offset * SECOND_US
        return message(
            offset, life="id", arrived_us=arrived_us if stamped[offset] else None, read_us=arrived_us + 50_000
        )

    assert_each_once(read([(0, back) for _, back in deliveries], message_of))


@given(
    st.integers(1, 30),
    st.lists(st.integers(0, 29), max_size=20),
    st.sampled_from(["", "id"]),
    st.integers(1, LATER_US),
)
def test_what_an_older_version_remembered_tells_its_repeats_from_a_new_life(count, repeats, life, later_us):
    state = fold.initial_state("pump")
    state.offsets, state.heard_us = {"readings/0": count - 1}, START_US + HOUR_US
    again = ((message(at % count, life=life, arrived_us=START_US + at), False) for at in repeats)
    assert_each_once(again, state)
    anew = ((message(at, life=life, arrived_us=state.heard_us + later_us + at), True) for at in range(40))
    assert_each_once(anew, state)


def test_a_log_that_lost_its_end_is_read_on():
    """An unclean election: the topic keeps its id, and the last offsets are given to other messages."""
    state = fold.initial_state("pump")
    before = [message(at, life="id", arrived_us=START_US + at * SECOND_US) for at in range(200)]
    after = [message(at, life="id", arrived_us=START_US + HOUR_US + at * SECOND_US) for at in range(180, 230)]
    assert [was_folded(state, each) for each in before] == [False] * 200
    from_the_beginning = [*before[:180], *after]
    assert [was_folded(state, each) for each in from_the_beginning] == [True] * 180 + [False] * 50


def test_without_id_and_append_time_a_repeat_cannot_be_told_from_a_new_life():
    state = fold.initial_state("pump")
    assert [was_folded(state, message(at)) for at in (0, 1, 0, 1, 2)] == [False, False, True, True, False]


def test_a_message_that_comes_again_in_another_life_with_the_same_content_is_the_same():
    """A gateway that sends again after the topic was made anew, or a mirror: content and time tell it."""
    messages = [vibration(at, source=Source("vibration", 0, at, "old")) for at in range(60)]
    mirrored = [vibration(at, source=Source("vibration", 0, at + 7, "new")) for at in range(60)]
    state, outputs = run([*messages, *mirrored])
    assert len(kind(outputs, Health)) == 60
    assert state.counts.duplicates == 60


def test_a_topic_made_anew_is_judged_from_its_first_message_on():
    old = [
        reading(at, source=Source("readings", 0, at), arrived_us=START_US + at * STEP_US + 1000)
        for at in range(200)
    ]
    new = [
        reading(at, source=Source("readings", 0, at - 200), arrived_us=START_US + at * STEP_US + 1000)
        for at in range(200, 300)
    ]
    state, outputs = run([*old, *new, *new])
    assert len(kind(outputs, Health)) == 300
    assert (state.counts.accepted, state.counts.duplicates) == (300, 100)


def test_what_people_say_in_a_topic_made_anew_counts():
    def finding(at, offset):
        return FindingObserved(
            machine="pump",
            observed_us=START_US + at * STEP_US,
            time_us=START_US + at * STEP_US,
            digest=f"said-{at}",
            verdict="confirmed",
            source=Source("actions", 0, offset),
            arrived_us=START_US + at * STEP_US,
        )

    old, new = [finding(at, at) for at in range(10)], [finding(at, at - 10) for at in range(10, 15)]
    state, outputs = run([vibration(0), *old, *new, *new])
    assert len(kind(outputs, Action)) == 15
    assert (state.counts.acts, state.counts.duplicates) == (15, 5)


def test_a_state_remembers_sources_through_a_checkpoint():
    state, _ = run([vibration(0, source=Source("vibration", 3, 41, "id"), arrived_us=START_US)])
    again = fold.load_state(fold.dump_state(state))
    assert (again.offsets, again.appended_us) == ({"vibration/3@id": 41}, {"vibration/3@id": START_US})
    older = msgspec.msgpack.decode(fold.dump_state(state))
    del older["state"]["appended_us"]
    assert fold.load_state(msgspec.msgpack.encode(older)).appended_us == {}
