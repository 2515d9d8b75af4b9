"""The queue of deadlines gives each machine once, when it is due, and stays small however often they move."""

from hypothesis import given
from hypothesis import strategies as st

from stream.delivery.deadline_queue import DeadlineQueue

NAMES = st.sampled_from(["泵-1", "fan", "", "x" * 64])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), NAMES, st.integers(-50, 200)),
        st.tuples(st.just("remove"), NAMES, st.just(0)),
        st.tuples(st.just("pop"), st.just(""), st.integers(-50, 200)),
    ),
    max_size=200,
)


@given(STEPS)
def test_it_is_a_dictionary_from_which_what_is_due_is_taken(steps):
    queue, model = DeadlineQueue(), {}
    for what, name, number in steps:
        if what == "put":
            queue.put(name, number)
            model[name] = number
        elif what == "remove":
            queue.remove(name)
            model.pop(name, None)
        else:
            due = sorted((at, each) for each, at in model.items() if at <= number)
            popped = list(queue.pop_due(number))
            assert sorted(popped) == sorted(each for _, each in due)
            for each in popped:
                del model[each]
        assert len(queue) == len(model)
        assert queue.next_due == min(model.values(), default=None)


def test_it_stays_small_however_often_machines_are_put_off_and_back():
    queue = DeadlineQueue()
    for turn in range(10_000):
        for name in ("a", "b", "c"):
            queue.put(name, 10**9 + turn)
            queue.put(name, 10**6 - turn)
        list(queue.pop_due(turn))
    assert queue.places <= 100
