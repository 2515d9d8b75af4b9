"""The store that the settings name."""

import pytest

from models.errors import ConfigurationError
from stream.config.settings import Settings
from stream.stores import open_store
from stream.stores.influxdb.store import InfluxStore
from stream.stores.sqlite.store import SqliteStore


def test_sqlite_is_what_one_gets(tmp_path):
    store = open_store(Settings(sqlite={"path": tmp_path / "x.db"}))
    assert isinstance(store, SqliteStore)
    assert store.path == tmp_path / "x.db"


def test_influxdb_is_opened_with_the_token_in_its_file(tmp_path):
    (tmp_path / "token").write_text("secret\n")
    settings = Settings(store="influxdb", influxdb={"url": "http://h:1/", "token_file": tmp_path / "token"})
    store = open_store(settings)
    assert isinstance(store, InfluxStore)
    assert (store.url, store.org, store.bucket, store.bucket_raw) == (
        "http://h:1",
        "stethos",
        "stethos",
        "stethos_raw",
    )
    assert "secret" not in repr(store)


@pytest.mark.parametrize("influxdb", [{}, {"token_file": "/nowhere/token"}])
def test_without_a_token_the_error_names_the_fix(influxdb):
    with pytest.raises(ConfigurationError, match="stethos influx setup"):
        open_store(Settings(store="influxdb", influxdb=influxdb))
