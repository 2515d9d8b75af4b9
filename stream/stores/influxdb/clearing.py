"""Deletes every row of our buckets, and leaves buckets, tokens and what is not ours as they are."""

from collections.abc import Iterator
from contextlib import contextmanager

from influxdb_client.client.influxdb_client import InfluxDBClient
from influxdb_client.rest import ApiException
from urllib3.exceptions import HTTPError

from models.errors import ConfigurationError, ServiceError
from stream.config.settings_sections import Influxdb
from stream.stores.influxdb.errors import service_error_of

__all__ = ["EVERYTHING", "clear", "opened"]

_TIMEOUT_MS = 600_000
EVERYTHING = {"start": "1677-09-21T00:12:44Z", "stop": "2262-04-11T23:47:16Z"}
"""As far as InfluxDB's nanoseconds reach."""


def clear(chosen: Influxdb) -> None:
    """Delete all rows. Raises `ServiceError` where the server does not answer or refuses."""
    with opened(chosen) as client:
        for bucket in (chosen.bucket, chosen.bucket_raw, chosen.bucket_spectra):
            client.delete_api().delete(**EVERYTHING, predicate="", bucket=bucket)


@contextmanager
def opened(chosen: Influxdb) -> Iterator[InfluxDBClient]:
    """Give a client that may delete; a refusal becomes an error that names the fix."""
    if chosen.token is None:
        raise ConfigurationError("InfluxDB needs a token: `stethos influx setup` writes it where token_file says")
    token = chosen.token.get_secret_value()
    try:
        with InfluxDBClient(chosen.url, token=token, org=chosen.org, timeout=_TIMEOUT_MS) as client:
            yield client
    except ApiException as error:
        raise service_error_of(chosen.url, error.status, error.body, error.headers) from error
    except (HTTPError, OSError) as error:
        raise ServiceError(
            f"InfluxDB at {chosen.url} is not reachable: start it, or correct [influxdb] url"
        ) from error
