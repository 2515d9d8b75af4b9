"""A copy of a real InfluxDB: taken while it runs, brought back into an empty one, and who may do neither."""

import asyncio
import stat
import urllib.request

import pytest
from msgspec.structs import replace
from pydantic import SecretStr

from models.errors import ConfigurationError, ServiceError
from stream.config.secrets import read_secret
from stream.config.settings_sections import Influxdb
from stream.stores.influxdb.backup import back_up, restore
from stream.stores.influxdb.clearing import clear
from stream.stores.influxdb.setup import prepare
from tests.services.influxdb import InfluxServer, running
from tests.services.processes import free_port
from tests.stream.stores.outputs import row

pytestmark = pytest.mark.influxdb


def tell(_done: int, _total: int | None) -> None:
    pass


def set_up(server: InfluxServer) -> SecretStr:
    file = server.folder / "admin-token"
    prepare(replace(server.wanted(), admin_token_file=file))
    return read_secret(file, "token")


def write(server: InfluxServer, value: float) -> None:
    async def main() -> None:
        store = server.store(bucket_spectra=server.bucket_spectra)
        await store.open()
        try:
            assert (await store.write([row("m", rms_g=value)])).kept == 1
        finally:
            await store.close()

    asyncio.run(main())


def rows(server: InfluxServer) -> str:
    request = urllib.request.Request(
        f"{server.url}/query?db={server.bucket_raw}&q=SELECT+*+FROM+/.*/",
        headers={"Authorization": f"Token {server.token}"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return str(answer.read().decode())


@pytest.fixture
def copied(influxd, tmp_path):
    """A copy of a server with a row, the row as it was asked for, and the worker's token of that server."""
    with running(influxd) as server:
        admin = set_up(server)
        write(server, 0.25)
        was = rows(server)
        assert "0.25" in was
        assert back_up(server.url, admin, tmp_path / "copy", tell) > 1000
        yield tmp_path / "copy", was, server.token


def test_a_new_server_holds_what_the_old_one_held_by_its_tokens(copied, influxd):
    folder, was, token = copied
    with running(influxd) as other:
        admin = set_up(other)
        write(other, 0.75)
        its_own = restore(other.url, admin, folder, tell)
        back_up(other.url, its_own, folder.with_name("copy-of-the-copy"), tell)
        other.token_file.write_text(token)
        assert rows(other) == was
        write(other, 0.5)
        assert "0.5" in rows(other)
        with pytest.raises(ServiceError, match="token of an operator"):
            restore(other.url, admin, folder, tell)
        other.stop()
        other.start()
        assert "0.5" in rows(other), "what came after it outlives a restart"


def test_our_buckets_are_emptied_and_work_on(influxd):
    with running(influxd) as server:
        set_up(server)
        write(server, 0.25)
        clear(Influxdb(url=server.url, token=server.token))
        assert "0.25" not in rows(server)
        write(server, 0.5)
        assert "0.5" in rows(server)
        with pytest.raises(ServiceError, match="does not accept the token"):
            clear(Influxdb(url=server.url, token="nobody"))


def test_nobody_else_reads_the_copy_and_nothing_is_written_over(copied, influxdb):
    folder, _, token = copied
    for path in (folder, *folder.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path
    with pytest.raises(ConfigurationError, match="something in it"):
        back_up(influxdb.url, SecretStr(token), folder, tell)


def test_the_workers_token_gets_no_copy_and_leaves_none(influxdb, tmp_path):
    with pytest.raises(ServiceError, match=r"token of an operator.*--admin-token-file"):
        back_up(influxdb.url, SecretStr(influxdb.token), tmp_path / "copy", tell)
    assert not (tmp_path / "copy").exists()


def test_what_is_no_copy_and_no_server_is_told(tmp_path):
    nobody = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(ConfigurationError, match="is no backup"):
        restore(nobody, SecretStr("t"), tmp_path, tell)
    with pytest.raises(ServiceError, match="broke off"):
        back_up(nobody, SecretStr("t"), tmp_path / "copy", tell)
