"""Deletes all that our buckets hold of one machine, but for what people said of it."""

from influxdb_client.client.influxdb_client import InfluxDBClient

from stream.config.settings_sections import Influxdb
from stream.stores.influxdb.clearing import EVERYTHING, opened

__all__ = ["forget_results"]

_OF_MACHINES = ("health", "alerts", "uptime", "intake")
"""What is deleted of the first bucket; there also stand actions, and the workers' own figures."""


def forget_results(chosen: Influxdb, machine: str) -> None:
    """Delete a machine's results; its actions stay, for they say who did it. Raises `ServiceError`.

    No name holds what would end the quotes (`stream.messages.validation`).
    """
    of_machine = f'machine="{machine}"'
    with opened(chosen) as client:
        for measurement in _OF_MACHINES:
            _delete(client, chosen.bucket, f'_measurement="{measurement}" AND {of_machine}')
        for bucket in (chosen.bucket_raw, chosen.bucket_spectra):
            _delete(client, bucket, of_machine)


def _delete(client: InfluxDBClient, bucket: str, predicate: str) -> None:
    client.delete_api().delete(**EVERYTHING, predicate=predicate, bucket=bucket)
