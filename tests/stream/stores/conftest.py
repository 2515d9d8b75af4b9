"""Both stores for the contract suite: SQLite always, and a real InfluxDB."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from stream.stores.sqlite.store import SqliteStore


@pytest.fixture(params=["sqlite", pytest.param("influxdb", marks=pytest.mark.influxdb)])
def make_store(request, tmp_path):
    """Give a function that makes a store; all of one test share their rows."""
    if request.param == "sqlite":
        return lambda: SqliteStore(tmp_path / "new folder" / "stethos.db")
    return request.getfixturevalue("influxdb").store


@pytest.fixture
def machine(request):
    """Name a machine that no other test uses, as they share a server."""
    return f"泵-1, {request.node.originalname.removeprefix('test_')} = a"


@pytest.fixture
def use(make_store):
    """Give a function that runs a coroutine function on an open store."""

    @asynccontextmanager
    async def opened():
        store = make_store()
        await store.open()
        try:
            yield store
        finally:
            await store.close()
            await store.close()

    def run(work):
        async def main():
            async with opened() as store:
                return await work(store)

        return asyncio.run(main())

    return run
