"""`stethos grafana push`: bring the dashboards into a Grafana that is already there."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stream.cli.terminal import AsJson, SettingsFile

if TYPE_CHECKING:
    from pydantic import SecretStr

    from stream.config.settings_sections import Influxdb
    from stream.grafana.push import Access

__all__ = ["app"]

_ADDRESS = re.compile(r"https?://[^\s/@?#]+(/[^\s@?#]*)?")
_ZONE = re.compile(r"[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*")

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Show the machines in a Grafana of your own."""


@app.command()
def push(
    *,
    url: Annotated[str, typer.Option(help="Address of Grafana.")] = "http://127.0.0.1:3000",
    token_file: Annotated[Path, typer.Option(help="Token of a service account of Grafana.")],
    influxdb_token_file: Annotated[
        Path | None,
        typer.Option(help="Token that may read InfluxDB: also creates or updates the data sources."),
    ] = None,
    influxdb_url: Annotated[
        str | None, typer.Option(help="InfluxDB as Grafana reaches it; the settings' `influxdb.url` unless given.")
    ] = None,
    time_zone: Annotated[
        str, typer.Option(help="Time zone of the dashboards, whose midnight begins a day: Asia/Shanghai, say.")
    ] = "",
    settings: SettingsFile = None,
    as_json: AsJson = False,
) -> None:
    """Create or update folder, data sources and dashboards; running it again changes nothing.

    What that Grafana reads from files of its own is left alone. Changes made in the browser to these dashboards are
    overwritten: save a copy under another name to keep them.

    For example:

      stethos grafana push --token-file var/grafana-admin --influxdb-token-file var/grafana-token

      stethos grafana push --url https://grafana.plant --token-file token --json
    """
    if not _ADDRESS.fullmatch(url):
        raise typer.BadParameter("no address, or one with a password; write http://host:3000", param_hint="--url")
    if time_zone and not _ZONE.fullmatch(time_zone):
        raise typer.BadParameter("no time zone; write Asia/Shanghai", param_hint="--time-zone")
    from stream.config.secrets import read_secret  # noqa: PLC0415 -- keeps --help quick
    from stream.config.settings import load_settings  # noqa: PLC0415 -- keeps --help quick
    from stream.grafana.push import load_dashboards  # noqa: PLC0415 -- keeps --help quick
    from stream.grafana.push import push as bring  # noqa: PLC0415 -- keeps --help quick

    chosen = load_settings(settings).influxdb
    token = (
        None if influxdb_token_file is None else read_secret(influxdb_token_file, "token that may read InfluxDB")
    )
    own = read_secret(token_file, "token of Grafana's service account")
    access = _access(chosen, url, own, influxdb_url or chosen.url, token)
    for pushed in bring(access, load_dashboards(time_zone=time_zone)):
        if as_json:
            import msgspec  # noqa: PLC0415 -- keeps --help quick

            typer.echo(msgspec.json.encode(pushed).decode())
        else:
            why = f" ({pushed.reason})" if pushed.reason else ""
            typer.echo(f"{pushed.done:10}{pushed.kind} {pushed.name}{why}")


def _access(
    chosen: "Influxdb", url: str, token: "SecretStr", influxdb_url: str, influxdb_token: "SecretStr | None"
) -> "Access":
    from stream.grafana.push import Access  # noqa: PLC0415 -- keeps --help quick

    buckets = {"stethos": ("Stethos", chosen.bucket), "stethos-raw": ("Stethos measurements", chosen.bucket_raw)}
    return Access(url=url, token=token, influxdb_url=influxdb_url, influxdb_token=influxdb_token, buckets=buckets)
