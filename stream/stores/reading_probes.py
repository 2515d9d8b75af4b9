"""Reading probes back as somebody else would: from what stands now where the settings say, by a new connection.

A worker that kept its own would be given back what it wrote to a file that has long been moved away.
"""

import asyncio
import sqlite3

from models.probes.records import ProbeResult
from stream.config.settings import Settings
from stream.stores import open_store
from stream.stores.sqlite.file import service_error_of
from stream.stores.sqlite.probes import read_probes as read_file

__all__ = ["read_probes"]


async def read_probes(settings: Settings) -> list[ProbeResult]:
    """Give the newest result of each input and partition, changing nothing; raises `ServiceError`."""
    if settings.store == "sqlite":
        try:
            return await asyncio.to_thread(read_file, settings.sqlite.path)
        except sqlite3.Error as error:
            raise service_error_of(error, settings.sqlite.path) from error
    store = open_store(settings)
    await store.open()
    try:
        return await store.probes()
    finally:
        await store.close()
