"""Ticks of machines that leave, come back or were folded aside."""

import asyncio

import pytest

from models.clock import HOUR_US, MINUTE_US
from models.fold import step
from models.observations import RosterObserved
from tests.stream.agents.test_ticks import NOW_US, Worker, heard, heard_once, names, silent


def roster(worker, do, digest="r"):
    now_us = worker.wall
    return RosterObserved(machine="泵-1", observed_us=now_us, time_us=now_us, digest=digest, do=do)


@pytest.mark.parametrize("do", ["retire", "forget"])
@pytest.mark.parametrize("on_its_way", [False, True])
def test_one_that_has_left_is_told_nothing_and_one_that_is_back_is_again(monkeypatch, do, on_its_way):
    worker = Worker(monkeypatch, heard_once("泵-1"), silent("quiet"))

    async def scenario():
        assert await worker.look() == []
        if on_its_way:
            worker.pass_by(6 * MINUTE_US)
            assert names(await worker.look()) == ["泵-1"]
        worker.fold(roster(worker, do))
        for _ in range(20):
            worker.pass_by(HOUR_US)
            assert await worker.look() == []
        if do == "retire":
            worker.fold(roster(worker, "return", "back"))
        else:
            worker.fold(heard("泵-1", worker.wall, "new"))
        assert await worker.look() == []
        worker.pass_by(6 * MINUTE_US)
        assert names(await worker.look()) == ["泵-1"], "it is expected as any other"

    asyncio.run(scenario())


def test_one_that_was_folded_aside_is_told_by_what_was_found_there(monkeypatch):
    """It joins as it is: gone, though a deadline of it had been noted, or with one that nobody has noted yet."""
    worker = Worker(monkeypatch, heard_once("泵-1", NOW_US - MINUTE_US))

    async def scenario():
        assert await worker.look() == []
        gone, _ = step(heard_once("泵-1", NOW_US - MINUTE_US), roster(worker, "forget"))
        worker.partition.join([gone, heard_once("fan", NOW_US)])
        worker.pass_by(6 * MINUTE_US)
        assert names(await worker.look()) == ["fan"]
        assert set(worker.partition.machines) == {"fan"}

    asyncio.run(scenario())
