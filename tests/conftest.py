"""Fixtures that several parts' tests share; how each real service is had stands in tests/services."""

from tests.services.influxdb import influxd, influxdb
from tests.services.kafka import kafka, kafka_server
from tests.services.recordings import recordings_path

__all__ = ["influxd", "influxdb", "kafka", "kafka_server", "recordings_path"]
