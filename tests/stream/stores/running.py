"""Run work on a store that is open as long as that lasts."""

import asyncio

__all__ = ["run"]


def run(store, work):
    """Open a store, run a coroutine function on it, close it; gives what that gives."""

    async def main():
        await store.open()
        try:
            return await work(store)
        finally:
            await store.close()

    return asyncio.run(main())
