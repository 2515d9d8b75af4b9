"""`stethos influx setup` on a real server: fresh, again, changed, somebody else's, and none at all."""

import asyncio
import json
import stat

import pytest
from influxdb_client import InfluxDBClient
from msgspec.structs import replace
from typer.testing import CliRunner

from models.errors import ConfigurationError, ServiceError
from stream.cli.influx import app
from stream.stores.influxdb.setup import prepare
from tests.services.influxdb import running
from tests.stream.stores.outputs import row

pytestmark = pytest.mark.influxdb


@pytest.fixture
def fresh(influxd):
    with running(influxd) as server:
        yield server


def run_on(server, folder, *arguments, **variables):
    """Run the command as somebody at a terminal does who has only set the address."""
    environment = {"STETHOS_INFLUXDB__URL": server.url, **variables}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for name, value in environment.items():
            patch.setenv(name, value)
        return CliRunner().invoke(app, ["setup", *arguments])


def buckets_of(server):
    """Seconds that each bucket keeps its rows."""
    password = server.password_file.read_text().strip()
    with InfluxDBClient(server.url, username=server.username, password=password) as client:
        found = client.buckets_api().find_buckets_iter()
        return {b.name: sum(rule.every_seconds for rule in b.retention_rules) for b in found if b.type == "user"}


def writes(server, token, *, bucket="stethos"):
    store = server.store(token=token, bucket=bucket)

    async def main():
        await store.open()
        try:
            return await store.write([row("m", rms_g=1.0)])
        finally:
            await store.close()

    return asyncio.run(main())


def test_the_command_prepares_a_fresh_server_and_then_changes_nothing(fresh, tmp_path):
    token_file = tmp_path / "secrets" / "token"
    first = run_on(fresh, tmp_path, "--token-file", str(token_file))
    assert first.exit_code == 0, first.output
    assert "created the bucket 'stethos_raw', rows kept for ever" in first.output
    assert f'token_file = "{token_file}"' in first.output
    token = token_file.read_text().strip()
    assert token not in first.output
    assert stat.S_IMODE(token_file.stat().st_mode) == 0o600
    password_file = token_file.with_name("influxdb-password")
    assert stat.S_IMODE(password_file.stat().st_mode) == 0o600
    assert password_file.read_text().strip() not in first.output
    assert writes(fresh, token).kept == 1

    again = run_on(fresh, tmp_path, "--json", STETHOS_INFLUXDB__TOKEN_FILE=str(token_file))
    assert again.exit_code == 0, again.output
    assert json.loads(again.output) == {
        "url": fresh.url,
        "org": "stethos",
        "buckets": ["stethos", "stethos_raw", "stethos_spectra"],
        "token_file": str(token_file),
        "done": [],
    }
    assert token_file.read_text().strip() == token


def test_the_administrators_token_is_kept_where_the_account_is_ours(fresh, tmp_path):
    kept = tmp_path / "admin" / "token"
    arguments = ("--token-file", "token", "--password-file", "admin/password", "--admin-token-file", "admin/token")
    first = run_on(fresh, tmp_path, *arguments)
    assert first.exit_code == 0, first.output
    assert f"wrote the administrator's token to {kept.relative_to(tmp_path)}" in first.output
    token = kept.read_text().strip()
    assert token not in first.output
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    with InfluxDBClient(fresh.url, token=token) as client:
        assert client.users_api().me().name == "stethos"
    assert "nothing to do" in run_on(fresh, tmp_path, *arguments).output
    kept.unlink()
    assert "wrote the administrator's token" in run_on(fresh, tmp_path, *arguments).output, "of an older set-up"
    assert kept.read_text().strip() == token


def test_a_kept_token_of_a_server_that_is_gone_is_replaced(fresh, tmp_path):
    old = tmp_path / "admin-token"
    old.write_text("of-another-server\n")
    prepare(replace(fresh.wanted(), admin_token_file=old))
    with InfluxDBClient(fresh.url, token=old.read_text().strip()) as client:
        assert client.users_api().me().name == "stethos"


def test_a_missing_token_file_gets_the_same_token_again(fresh):
    prepare(fresh.wanted())
    token = fresh.token
    fresh.token_file.unlink()
    assert prepare(fresh.wanted()) == (f"wrote the token 'stethos worker' to {fresh.token_file}",)
    assert fresh.token == token


def test_an_empty_token_file_is_filled_and_one_of_something_else_is_left_alone(fresh):
    prepare(fresh.wanted())
    token = fresh.token
    fresh.token_file.write_text("\n")
    assert prepare(fresh.wanted()) == (f"wrote the token 'stethos worker' to {fresh.token_file}",)
    assert fresh.token == token
    fresh.token_file.write_text("-----BEGIN PRIVATE KEY-----\nabc\n")
    with pytest.raises(ConfigurationError, match="holds no token"):
        prepare(fresh.wanted())
    assert "abc" in fresh.token_file.read_text()


def test_tokens_may_do_no_more_than_needed(fresh):
    prepare(fresh.wanted())
    with InfluxDBClient(fresh.url, token=fresh.token, org=fresh.org) as worker:
        api = worker.authorizations_api()
        assert [found.description for found in api.find_authorizations()] == []
        assert {b.name for b in worker.buckets_api().find_buckets_iter()} == set(fresh.wanted().retention_days)
    with pytest.raises(ServiceError, match=r"may not do this.*stethos influx setup"):
        writes(fresh, fresh.read_token_file.read_text().strip())


def test_a_retention_gets_longer_but_never_shorter_unasked(fresh):
    wanted = fresh.wanted()
    prepare(wanted)
    month = replace(wanted, retention_days={**wanted.retention_days, "stethos_raw": 30})
    (told,) = prepare(month)
    assert told.startswith(
        "left the bucket 'stethos_raw' as it is, rows kept for ever though the settings say 30 days"
    )
    assert buckets_of(fresh)["stethos_raw"] == 0
    assert prepare(replace(month, shorten=True)) == (
        "changed the bucket 'stethos_raw': rows kept 30 days, before for ever",
    )
    assert buckets_of(fresh)["stethos_raw"] == 30 * 86_400
    year = replace(wanted, retention_days={**wanted.retention_days, "stethos_raw": 365})
    assert prepare(year) == ("changed the bucket 'stethos_raw': rows kept 365 days, before 30 days",)
    assert prepare(wanted) == ("changed the bucket 'stethos_raw': rows kept for ever, before 365 days",)


def test_a_bucket_deleted_by_hand_comes_back_with_a_token_that_fits(fresh):
    prepare(fresh.wanted())
    old, password = fresh.token, fresh.password_file.read_text().strip()
    with InfluxDBClient(fresh.url, username=fresh.username, password=password) as client:
        api = client.buckets_api()
        api.delete_bucket(next(b for b in api.find_buckets_iter() if b.name == "stethos"))
    with pytest.raises(ServiceError, match="stethos influx setup"):
        writes(fresh, old)
    assert len(prepare(fresh.wanted())) == 5
    assert fresh.token != old
    assert writes(fresh, fresh.token).kept == 1


def test_a_server_that_somebody_else_set_up_needs_an_administrators_token(fresh, tmp_path):
    prepare(replace(fresh.wanted(), org="theirs", retention_days={"theirs": 0}))
    password = fresh.password_file.read_text().strip()
    with InfluxDBClient(fresh.url, username=fresh.username, password=password) as client:
        operator = next(
            a.token for a in client.authorizations_api().find_authorizations() if "'s Token" in a.description
        )
    stranger = replace(fresh.wanted(), password_file=tmp_path / "none")
    with pytest.raises(ServiceError, match="--admin-token-file"):
        prepare(stranger)
    wrong = tmp_path / "wrong"
    wrong.write_text("not the password")
    with pytest.raises(ServiceError, match="refuses the administrator"):
        prepare(replace(stranger, password_file=wrong))
    fresh.token_file.unlink()
    theirs = tmp_path / "operator"
    theirs.write_text(operator)
    done = prepare(replace(stranger, admin_token_file=theirs))
    assert done[0] == "created the organisation 'stethos'"
    assert theirs.read_text() == operator
    assert writes(fresh, fresh.token).kept == 1


def test_without_a_server_the_error_names_the_address_and_the_fix(fresh, tmp_path):
    fresh.stop()
    result = run_on(fresh, tmp_path, "--token-file", "token")
    assert result.exit_code != 0
    assert isinstance(result.exception, ServiceError)
    assert str(result.exception) == f"InfluxDB at {fresh.url} is not reachable: start it, or correct [influxdb] url"


def test_a_token_file_must_be_named_and_writable(fresh, tmp_path):
    unnamed = run_on(fresh, tmp_path)
    assert isinstance(unnamed.exception, ConfigurationError)
    assert "--token-file" in str(unnamed.exception)
    (tmp_path / "file").write_text("")
    unwritable = run_on(fresh, tmp_path, "--token-file", str(tmp_path / "file" / "token"))
    assert isinstance(unwritable.exception, ConfigurationError)
    assert "cannot be" in str(unwritable.exception)
    assert list(tmp_path.iterdir()) == [tmp_path / "file"]
