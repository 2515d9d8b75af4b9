"""The worker's own consumers of Kafka: what each of them must be, whatever it reads."""

from typing import Any

from aiokafka import AIOKafkaConsumer

from stream.kafka.unreadable import guard_aiokafka

__all__ = ["ISOLATION", "new_consumer"]

ISOLATION = "read_committed"
"""What a sender takes back (an aborted transaction) is no measurement."""


def new_consumer(*topics: str, servers: list[str], **options: Any) -> AIOKafkaConsumer:  # noqa: ANN401 -- as aiokafka's
    """Give a consumer that leaves out aborted transactions, goes on behind unreadable batches and commits nothing.

    Without topics it waits to be assigned partitions; its offset is the earliest where it has none.
    """
    guard_aiokafka()
    return AIOKafkaConsumer(
        *topics,
        bootstrap_servers=servers,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level=ISOLATION,
        **options,
    )
