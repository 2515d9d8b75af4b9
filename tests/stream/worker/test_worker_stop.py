"""What a worker does at its end with what it could not send: it gives up in time, and says so once."""

import asyncio
import logging

import pytest
from aiokafka.errors import KafkaConnectionError, ProducerClosed

from stream import app as module
from stream.app import Worker
from stream.config.settings import Settings


class Producer:
    """One whose broker has gone: nothing sent is ever confirmed, and a stop waits for it."""

    def __init__(self, **_):
        self._closed = False

    async def start(self):
        pass

    def create_batch(self):
        return self

    def append(self, **_):
        return object()

    def close(self):
        pass

    async def send_batch(self, *_, **__):
        if self._closed:
            raise ProducerClosed
        return asyncio.get_running_loop().create_future()

    async def stop(self):
        self._closed = True
        await asyncio.Event().wait()


def test_a_stop_without_a_broker_ends_and_sends_no_more(monkeypatch, tmp_path, caplog):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(module, "AIOKafkaProducer", Producer)
    monkeypatch.setattr(module, "_STOP_PATIENCE_S", 0.05)

    async def scenario():
        worker = Worker(Settings())
        worker.app.loop = asyncio.get_running_loop()
        await worker._start_outbox()
        worker._outbox.send("rows", key=b"k", value=b"v")
        await asyncio.wait_for(worker._on_before_shutdown(), 10)
        return [task for task in asyncio.all_tasks() if "Outbox" in repr(task) and not task.done()]

    with caplog.at_level(logging.WARNING):
        assert asyncio.run(scenario()) == []
    assert [record.getMessage() for record in caplog.records if record.name.startswith("stream")] == [
        "stopping: sending took too long; it will be repeated at the next start"
    ]


def test_an_outbox_that_could_not_start_is_started_at_the_next_rebalance(monkeypatch, tmp_path):
    """The broker may be away between two rebalances; what is sent later must still go out."""
    starts = iter([KafkaConnectionError("away"), None])

    class Late(Producer):
        async def start(self):
            if (error := next(starts)) is not None:
                raise error

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(module, "AIOKafkaProducer", Late)

    async def scenario():
        worker = Worker(Settings())
        worker.app.loop = asyncio.get_running_loop()
        with pytest.raises(KafkaConnectionError):
            await worker._start_outbox()
        assert not worker._runtime.started.is_set()
        await worker._start_outbox()
        assert worker._runtime.started.is_set()
        worker._sending.cancel()

    asyncio.run(scenario())
