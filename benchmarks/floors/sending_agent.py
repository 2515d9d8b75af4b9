"""A Faust agent that counts small messages and sends one output for each, or none: what an output costs.

python benchmarks/floors/sending_agent.py nothing|faust|outbox BOOTSTRAP COUNT PARTITIONS
"""

import asyncio
import os
import sys
import time
from typing import Any

import faust
from aiokafka import AIOKafkaProducer

from stream.delivery.outbox import Outbox
from stream.messages.topics import READINGS, ROWS

__all__ = ["agent"]

OUTPUT = b"." * 600
"""About as long as a row of a waveform's indicators."""


def agent(way: str, bootstrap: str, count: int, partitions: int) -> None:
    """Count, and send in one of the ways; prints seconds and processor's seconds until all is confirmed."""
    app = faust.App(
        f"sending-{way}", broker=f"kafka://{bootstrap}", web_enabled=False, store="memory://", producer_acks=-1,
        topic_disable_leader=True, topic_allow_declare=False, consumer_auto_offset_reset="earliest",
        autodiscover=False, stream_wait_empty=False,
    )  # fmt: skip
    raw = {"key_type": bytes, "value_type": bytes, "key_serializer": "raw", "value_serializer": "raw"}
    source, target = app.topic(READINGS, **raw), app.topic(ROWS, **raw)

    @app.agent(source)
    async def sending(stream: faust.StreamT) -> None:
        outbox = await _outbox(bootstrap, partitions)
        begun, worked, seen = 0.0, 0.0, 0
        last: Any = None
        async for event in stream.noack().events():
            if not seen:
                begun, worked = time.perf_counter(), time.process_time()
            if way == "faust":
                last = await target.send(key=event.message.key, value=OUTPUT)
            elif way == "outbox":
                await outbox.wait_for_room()
                last = outbox.send(ROWS, key=event.message.key, value=OUTPUT)
            seen += 1
            if seen == count:
                if last is not None:
                    await last
                print(time.perf_counter() - begun, time.process_time() - worked, flush=True)
                os._exit(0)  # Faust takes seconds to stop, which nobody asked about

    runner = faust.Worker(app, loglevel="ERROR", redirect_stdouts=False, quiet=True)
    runner.spinner = None  # it would write control characters beside the figure
    runner.execute_from_commandline()


async def _outbox(bootstrap: str, partitions: int) -> Outbox:
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", max_batch_size=1024 * 1024)
    await producer.start()
    outbox = Outbox(partitions=partitions)
    _running.append(asyncio.create_task(outbox.run(producer)))
    return outbox


_running: list[asyncio.Task[None]] = []


if __name__ == "__main__":
    agent(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
