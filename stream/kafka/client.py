"""Talking to Kafka through kafka-python: how its clients are set up, and its errors in our words."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from models.errors import ServiceError
from stream.config.settings import Settings

__all__ = ["client_options", "existing_topics", "translated_kafka_errors"]

CONNECT_S = 8.0
"""How long a command waits for a broker before it says that there is none."""


def client_options(settings: Settings) -> dict[str, Any]:
    """Options that every client of kafka-python gets."""
    return {"bootstrap_servers": settings.servers, "bootstrap_timeout_ms": int(CONNECT_S * 1000)}


def existing_topics(settings: Settings) -> frozenset[str]:
    """Ask for the names of all topics."""
    from kafka import KafkaAdminClient  # noqa: PLC0415 -- slow to import, and not needed to replay

    admin = KafkaAdminClient(**client_options(settings))
    try:
        return frozenset(admin.list_topics())
    finally:
        admin.close()


@contextmanager
def translated_kafka_errors(settings: Settings) -> Iterator[None]:
    """Turn what Kafka's client raises into a `ServiceError` that names the broker and the fix.

    The client's own log is silenced meanwhile: it repeats the same failure many times a second.
    """
    from kafka.errors import KafkaError  # noqa: PLC0415 -- slow to import, and not needed to replay

    log = logging.getLogger("kafka")
    level = log.level
    log.setLevel(logging.CRITICAL)
    try:
        yield
    except KafkaError as error:
        raise ServiceError(
            f"the broker {settings.broker} does not answer as it should ({_error_text(error)}); start Kafka, "
            "or name another one as broker in stethos.toml or STETHOS_BROKER"
        ) from error
    finally:
        log.setLevel(level)


def _error_text(error: Exception) -> str:
    name, text = type(error).__name__, str(error)
    return " ".join((text if text.startswith(name) else f"{name}: {text}").split())[:160]
