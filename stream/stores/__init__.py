"""Where results are kept: one interface (`store.Store`), two stores (InfluxDB, and SQLite embedded)."""

from models.errors import ConfigurationError
from stream.config.settings import Settings
from stream.config.settings_sections import Influxdb
from stream.stores.store import Store

__all__ = ["open_store"]


def open_store(settings: Settings) -> Store:
    """Give the store that the settings name; await its `open` before use, and its `close` after."""
    if settings.store == "influxdb":
        return _influxdb(settings.influxdb)
    # Each store is imported only where it is used: the other one's libraries take half a second to load.
    from stream.stores.sqlite.store import SqliteStore  # noqa: PLC0415

    return SqliteStore(settings.sqlite.path, retention_spectra_days=settings.sqlite.retention_spectra_days)


def _influxdb(settings: Influxdb) -> Store:
    from stream.stores.influxdb.store import InfluxStore  # noqa: PLC0415 (see above)

    token = settings.renewed_token()
    if token is None:
        missing = (
            f"{settings.token_file} does not exist" if settings.token_file else "[influxdb] names no token_file"
        )
        raise ConfigurationError(f"InfluxDB needs a token, but {missing}: `stethos influx setup` writes it there")
    return InfluxStore(
        url=settings.url,
        org=settings.org,
        token=token,
        bucket=settings.bucket,
        bucket_raw=settings.bucket_raw,
        bucket_spectra=settings.bucket_spectra,
    )
