"""The floors of `benchmarks/pipeline.py`: what it costs to read the same messages and only count them.

python benchmarks/floors/bare_readers.py consumer|agent BOOTSTRAP COUNT
"""

import asyncio
import os
import sys
import time

import faust
from aiokafka import AIOKafkaConsumer

from stream.messages.topics import MAXIMUM_MESSAGE_BYTES, VIBRATION

__all__ = ["agent", "consume"]


async def consume(bootstrap: str, count: int) -> None:
    """Count with a bare aiokafka consumer; prints seconds and processor's seconds from first message to last."""
    consumer = AIOKafkaConsumer(
        VIBRATION, bootstrap_servers=bootstrap, group_id="bare", auto_offset_reset="earliest"
    )
    await consumer.start()
    begun, worked, seen = 0.0, 0.0, 0
    while seen < count:
        batches = await consumer.getmany(timeout_ms=500)
        if batches and not seen:
            begun, worked = time.perf_counter(), time.process_time()
        seen += sum(map(len, batches.values()))
    print(time.perf_counter() - begun, time.process_time() - worked)
    await consumer.stop()


def agent(bootstrap: str, count: int) -> None:
    """Count with a Faust agent, acknowledging as Faust does by itself; prints the same."""
    app = faust.App(
        "bare", broker=f"kafka://{bootstrap}", web_enabled=False, store="memory://", topic_disable_leader=True,
        topic_allow_declare=False, consumer_auto_offset_reset="earliest", autodiscover=False,
        consumer_max_fetch_size=MAXIMUM_MESSAGE_BYTES,
    )  # fmt: skip
    topic = app.topic(VIBRATION, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw")

    @app.agent(topic)
    async def counting(stream: faust.StreamT) -> None:
        begun, worked, seen = 0.0, 0.0, 0
        async for _ in stream:
            if not seen:
                begun, worked = time.perf_counter(), time.process_time()
            seen += 1
            if seen == count:
                print(time.perf_counter() - begun, time.process_time() - worked, flush=True)
                os._exit(0)  # Faust takes seconds to stop, which nobody asked about

    runner = faust.Worker(app, loglevel="ERROR", redirect_stdouts=False, quiet=True)
    runner.spinner = None  # it would write control characters beside the figure
    runner.execute_from_commandline()


if __name__ == "__main__":
    kind, bootstrap, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    if kind == "consumer":
        asyncio.run(consume(bootstrap, count))
    else:
        agent(bootstrap, count)
