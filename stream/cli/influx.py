"""`stethos influx setup`: prepare an InfluxDB 2 once, or see that it still is as it should be."""

from pathlib import Path
from typing import Annotated

import msgspec
import tomli_w
import typer

from models.errors import ConfigurationError
from stream.cli.terminal import AsJson, SettingsFile
from stream.config.settings import load_settings, settings_file
from stream.config.settings_paths import folder_of
from stream.config.settings_sections import Influxdb
from stream.stores.influxdb.setup import Access, Wanted, prepare

__all__ = ["app"]

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, no_args_is_help=True)


class _Result(msgspec.Struct, frozen=True):
    url: str
    org: str
    buckets: tuple[str, ...]
    token_file: str
    done: tuple[str, ...]


@app.callback()
def _group() -> None:
    """Prepare InfluxDB."""


@app.command()
def setup(
    *,
    settings: SettingsFile = None,
    token_file: Annotated[
        Path | None, typer.Option(help="Where to write the worker's token; else influxdb.token_file.")
    ] = None,
    grafana_token_file: Annotated[
        Path | None, typer.Option(help="Also write a token there that may only read, for Grafana.")
    ] = None,
    username: Annotated[str, typer.Option(help="Account to create on a fresh server.")] = "stethos",
    password_file: Annotated[
        Path | None,
        typer.Option(help="Its password; written there if missing. Else `influxdb-password` beside the token."),
    ] = None,
    admin_token_file: Annotated[
        Path | None,
        typer.Option(help="The administrator's token: read, or, where the account is ours, written."),
    ] = None,
    shorten: Annotated[
        bool, typer.Option("--shorten", help="Let a retention become shorter, which deletes older rows.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Create account, organisation, buckets and the worker's token; running it again changes nothing.

    The address, names and retentions come from the settings, section `influxdb`.

    For example:

      stethos influx setup

      stethos influx setup --token-file var/influxdb-token --grafana-token-file var/grafana-token

      stethos influx setup --admin-token-file admin/influxdb-token: for `stethos store backup`
    """
    chosen = load_settings(settings).influxdb
    worker_file = token_file or chosen.token_file
    if worker_file is None:
        raise ConfigurationError(
            'name the file for the token: token_file = "var/influxdb-token" in [influxdb], or --token-file'
        )
    accesses = [Access("stethos worker", ("read", "write"), worker_file)]
    if grafana_token_file:
        accesses.append(Access("stethos grafana", ("read",), grafana_token_file))
    wanted = Wanted(
        url=chosen.url,
        org=chosen.org,
        retention_days=_retention_days(chosen),
        accesses=tuple(accesses),
        username=username,
        password_file=password_file or worker_file.with_name("influxdb-password"),
        admin_token_file=admin_token_file,
        shorten=shorten,
    )
    _tell(wanted, worker_file, prepare(wanted), as_json=as_json)
    if not as_json and (chosen.token_file is None or chosen.token_file.absolute() != worker_file.absolute()):
        at_home = folder_of(settings_file(settings)[0]) == Path()
        told = worker_file if at_home else worker_file.absolute()
        setting = tomli_w.dumps({"token_file": str(told)}).strip()
        typer.echo(f"next: put {setting} into [influxdb] of the settings")


def _retention_days(chosen: Influxdb) -> dict[str, int]:
    return {
        chosen.bucket: chosen.retention_days,
        chosen.bucket_raw: chosen.retention_raw_days,
        chosen.bucket_spectra: chosen.retention_spectra_days,
    }


def _tell(wanted: Wanted, token_file: Path, done: tuple[str, ...], *, as_json: bool) -> None:
    if as_json:
        result = _Result(wanted.url, wanted.org, tuple(wanted.retention_days), str(token_file), done)
        typer.echo(msgspec.json.encode(result).decode())
        return
    for sentence in done:
        typer.echo(sentence)
    if not done:
        typer.echo(f"nothing to do: InfluxDB at {wanted.url} is as it should be")
