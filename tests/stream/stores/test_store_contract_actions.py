"""What every store must do with what people said and did, tried on each: SQLite always, and a real InfluxDB."""

from models.outputs import Action
from stream.stores.store import Written
from tests.stream.stores.outputs import START, at, health


def finding(machine, time=START, **others):
    fields = {
        "point": "风扇 端",
        "kind": "finding",
        "by": 'O"Brien\\王伟',
        "verdict": "false_alarm",
        "fault": "",
        "note": "换了产品,\nlouder = normal",
        "since": at(seconds=-60),
        "alerts": ("00112233aabbccdd", "1122334455667788"),
        **others,
    }
    return Action(machine=machine, time=time, **fields)


def test_actions_come_back_exactly_newest_first(use, machine):
    accepted = Action(machine=machine, point="", time=at(5), kind="accept", by="王伟")
    shelved = Action(
        machine=machine,
        point="DE",
        time=at(5),
        kind="shelve",
        rule="change",
        until=at(90),
        one_shot=True,
        reason="订",
    )
    written = [finding(machine), accepted, finding(machine, at(5), done="更换轴承"), shelved]

    async def work(store):
        assert await store.write([*written, health(machine)]) == Written(kept=5)
        return await store.actions(machine), await store.actions(machine, limit=1), await store.actions("nobody")

    found, newest, nothing = use(work)
    assert sorted(found, key=str) == sorted(written, key=str)
    assert [each.time for each in found] == [at(5), at(5), at(5), START]
    assert len(newest) == 1
    assert newest[0].time == at(5)
    assert nothing == []


def test_an_action_that_comes_twice_is_one(use, machine):
    async def work(store):
        await store.write([finding(machine)])
        await store.write([finding(machine)])
        return await store.actions(machine), await store.actions(machine, limit=0)

    assert use(work) == ([finding(machine)], [])


def test_actions_of_all_machines_are_given_together(use, machine):
    other = f"{machine} 2"
    written = [finding(machine), finding(other, at(3)), finding(machine, at(6))]

    async def work(store):
        await store.write(written)
        return await store.actions(None, limit=1_000_000)

    ours = [each for each in use(work) if each.machine in {machine, other}]
    assert ours == written[::-1]
