"""What every store must do when it is asked for the same again and again: say what is new, and keep what is not."""

import asyncio
from datetime import timedelta

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from stream.stores.influxdb.influxql import Series
from stream.stores.influxdb.newest_health import NewestHealth
from stream.stores.output_checks import record
from tests.stream.stores.outputs import START, alert, health

HOUR = timedelta(hours=1)


def watched(make_store, work):
    """Run `work(writer, reader)`: two stores on the same rows, as a worker and a page have them."""

    async def main():
        writer, reader = make_store(), make_store()
        await writer.open()
        await reader.open()
        try:
            return await work(writer, reader)
        finally:
            await reader.close()
            await writer.close()

    return asyncio.run(main())


async def healths_of(store, machines):
    return {each.machine: each for each in await store.latest_health() if each.machine in machines}


def test_what_is_unchanged_is_the_same_object_and_what_is_new_is_seen_at_once(make_store, machine):
    names = [f"{machine} {number}" for number in range(3)]
    first = [health(name, START + HOUR) for name in names]
    newer = health(names[1], START + 2 * HOUR, score=40.0)
    rewritten = health(names[2], START + HOUR, score=20.0)
    unheard = health(f"{machine} new", START + 2 * HOUR)

    async def work(writer, reader):
        await writer.write(first)
        before = await healths_of(reader, names)
        again = await healths_of(reader, names)
        await writer.write([newer, rewritten, unheard])
        after = await healths_of(reader, [*names, unheard.machine])
        return before, again, after

    before, again, after = watched(make_store, work)
    assert list(map(before.get, names)) == first
    assert all(before[name] is again[name] is not None for name in names)
    assert after[names[0]] is before[names[0]]
    assert (after[names[1]], after[unheard.machine]) == (newer, unheard)
    assert after[names[2]].score == 20.0


def test_open_alerts_are_told_as_they_come_and_go(make_store, machine):
    async def work(writer, reader):
        told = []
        for state, minutes in (("active", 0), ("cleared", 1), ("active", 2)):
            await writer.write([alert(machine, START + timedelta(minutes=minutes), state=state)])
            found = await reader.alerts(machine=machine, open_only=True)
            everywhere = [
                each for each in await reader.alerts(open_only=True, limit=100_000) if each.machine == machine
            ]
            assert everywhere == found
            told.append(len(found))
        return told

    assert watched(make_store, work) == [1, 0, 1]


class _Server:
    """Answers as InfluxDB does from rows in memory, and counts what it looked at."""

    def __init__(self):
        self.healths, self.looked_at = {}, 0

    async def groups(self, bucket, query, **values):
        since_us = values.get("since", 0) // 1000
        found = []
        for (name, point), each in self.healths.items():
            us = round(each.time.timestamp() * 1e6)
            if us >= since_us:
                self.looked_at += 1
                kept = msgspec.structs.replace(each, deductions=())
                tags = {"machine": name, "point": point}
                found.append(Series(tags, [[us, record(kept), "[]"]]))
        return found


@settings(deadline=None)
@given(st.lists(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 60)), max_size=6), max_size=12))
def test_a_look_at_what_came_of_late_finds_what_a_look_at_all_finds(turns):
    """Each turn machines report, up to an hour later than before; none runs ten minutes behind the newest."""

    async def main():
        server, clock = _Server(), [0.0]
        newest = NewestHealth(monotonic=lambda: clock[0])
        now = START
        for turn in turns:
            for machine, minutes in turn:
                now = max(now, now + timedelta(minutes=minutes))
                name = f"M{machine}"
                server.healths[name, "x"] = health(name, now - timedelta(minutes=9), point="x")
            clock[0] += 2.0
            found = {each.machine: each for each in await newest.read(server, "b")}
            assert found == {name: each for (name, _), each in server.healths.items()}

    asyncio.run(main())


def test_a_machine_that_runs_far_behind_is_seen_within_a_minute():
    async def main():
        server, clock = _Server(), [0.0]
        newest = NewestHealth(monotonic=lambda: clock[0])
        server.healths["A", "x"] = health("A", START + 5 * HOUR, point="x")
        server.healths["B", "x"] = health("B", START, point="x")
        await newest.read(server, "b")
        server.healths["B", "x"] = health("B", START + HOUR, point="x", score=1.0)
        scores, asked = [], []
        for _ in range(40):
            clock[0] += 2.0
            before = server.looked_at
            scores.append(next(each.score for each in await newest.read(server, "b") if each.machine == "B"))
            asked.append(server.looked_at - before)
        return scores, asked

    scores, asked = asyncio.run(main())
    assert scores[:29] == [100.0] * 29
    assert set(scores[30:]) == {1.0}
    assert set(asked[:29]) == {1}
