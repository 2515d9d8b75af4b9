"""Keeps aiokafka from asking brokers for topics that are missing: they would make them by defaults of their own.

Many brokers do (`auto.create.topics.enable`), with one partition, senders' times and small messages: a topic that
was deleted came back so before `stethos topics` could make it. aiokafka has no setting for it.
"""

from functools import partial

import aiokafka.client
from aiokafka.protocol.metadata import MetadataRequest

__all__ = ["never_create_topics"]


def never_create_topics() -> None:
    """Let every client of aiokafka in this process ask for what there is, and for nothing more."""
    aiokafka.client.MetadataRequest = partial(MetadataRequest, allow_auto_topic_creation=False)
