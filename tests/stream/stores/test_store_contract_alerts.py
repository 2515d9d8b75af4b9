"""What every store must do with alerts."""

from tests.stream.stores.outputs import START, alert, alerts_of, at


def test_alert_comes_back_exactly(use, machine):
    written = alert(machine, at(1))

    async def work(store):
        await store.write([written])
        return await alerts_of(store, machine)

    assert use(work) == [written]


def test_transitions_collapse_to_the_last_and_open_ones_are_found(use, machine):
    cleared = alert(machine, at(3), number=2, rule="severity", state="cleared")
    escalated = alert(machine, at(4), number=1, priority="high")
    elsewhere = alert(machine, at(2), number=3, point="fan end")
    transitions = [
        alert(machine, START, number=1, priority="low"),
        alert(machine, at(1), number=2, rule="severity"),
        elsewhere,
        cleared,
        escalated,
    ]

    async def work(store):
        await store.write(transitions[:3])
        await store.write(transitions[3:])
        return await alerts_of(store, machine), await alerts_of(store, machine, open_only=True)

    assert use(work) == ([escalated, cleared, elsewhere], [escalated, elsewhere])


def test_an_alert_raised_again_under_the_same_rule_is_another(use, machine):
    first = [alert(machine, START, number=1), alert(machine, at(1), number=1, state="cleared")]
    again = alert(machine, at(2), number=2)

    async def work(store):
        await store.write([*first, again])
        return await alerts_of(store, machine), await alerts_of(store, machine, open_only=True)

    assert use(work) == ([again, first[1]], [again])


def test_an_alert_of_a_whole_machine_has_no_point(use, machine):
    silent = alert(machine, rule="no_data", point="", value=720.0, limit=600.0)

    async def work(store):
        await store.write([silent])
        return await alerts_of(store, machine, open_only=True)

    assert use(work) == [silent]


def test_alerts_are_limited_to_the_newest(use, machine):
    # Far ahead, as other tests' alerts on the same server are newer than START too.
    many = [alert(machine, at(days=30_000, seconds=i), number=i, rule=f"rule {i % 3}") for i in range(30)]

    async def work(store):
        await store.write(many)
        return [await store.alerts(limit=limit) for limit in (0, 1, 7)], await alerts_of(store, machine)

    (none, one, seven), every = use(work)
    assert every == many[::-1]
    assert (none, one, seven) == ([], every[:1], every[:7])
