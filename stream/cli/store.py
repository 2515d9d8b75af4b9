"""`stethos store`: copy what the store holds, bring it back, or empty it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from models.errors import ConfigurationError
from stream.cli.terminal import SettingsFile, progress

if TYPE_CHECKING:
    from pydantic import SecretStr

    from stream.config.settings import Settings
    from stream.config.settings_sections import Influxdb

__all__ = ["app"]

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, no_args_is_help=True)

AdminTokenFile = Annotated[
    Path | None,
    typer.Option(help="InfluxDB only: the administrator's token, as `stethos influx setup` keeps it."),
]


@app.callback()
def _group() -> None:
    """Copy what the store holds, and bring it back."""


@app.command()
def backup(
    copy: Annotated[Path, typer.Argument(help="Where to: a new file for SQLite, a new folder for InfluxDB.")],
    *,
    admin_token_file: AdminTokenFile = None,
    settings: SettingsFile = None,
) -> None:
    """Copy the store of the settings, while everything runs; only its owner may read the copy.

    For InfluxDB that is the whole server with its accounts and tokens, so it wants the administrator's token.

    For example:

      stethos store backup copy.db

      stethos store backup copy-of-influxdb --admin-token-file admin/influxdb-token
    """
    from stream.config.settings import load_settings  # noqa: PLC0415 -- keeps --help quick

    chosen = load_settings(settings)
    if chosen.store == "influxdb":
        from stream.stores.influxdb.backup import back_up as of_influxdb  # noqa: PLC0415 -- slow to import

        with progress("copying") as tell:
            size = of_influxdb(chosen.influxdb.url, _admin_token(chosen.influxdb, admin_token_file), copy, tell)
    else:
        from stream.stores.sqlite.backup import back_up as of_sqlite  # noqa: PLC0415 -- keeps --help quick

        size = of_sqlite(chosen.sqlite.path, copy)
    typer.echo(f"{copy}: {size / 1e6:.1f} MB")


@app.command()
def restore(
    copy: Annotated[Path, typer.Argument(help="What `stethos store backup` wrote.")],
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask first.")] = False,
    admin_token_file: AdminTokenFile = None,
    settings: SettingsFile = None,
) -> None:
    """Make the store what the copy holds, instead of what it holds now; stop workers and page before.

    An InfluxDB gets back its accounts and tokens too: a new server is set up (`stethos influx setup`) first.

    For example:

      stethos store restore copy.db
    """
    from stream.config.settings import load_settings  # noqa: PLC0415 -- keeps --help quick

    chosen = load_settings(settings)
    influxdb, place = chosen.store == "influxdb", _place(chosen)
    if not yes:
        typer.confirm(f"Replace all that {place} holds by {copy}?", abort=True)
    if influxdb:
        from stream.stores.influxdb.backup import restore as to_influxdb  # noqa: PLC0415 -- slow to import

        with progress("restoring") as tell:
            token = to_influxdb(chosen.influxdb.url, _admin_token(chosen.influxdb, admin_token_file), copy, tell)
        _keep(token, admin_token_file)
    else:
        from stream.stores.sqlite.backup import restore as to_sqlite  # noqa: PLC0415 -- keeps --help quick

        to_sqlite(chosen.sqlite.path, copy)
    typer.echo(f"{place} holds what {copy} held")
    if influxdb:
        typer.echo("next: `stethos influx setup` as before, which writes down the tokens that count from now on")


@app.command()
def clear(
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask first.")] = False,
    settings: SettingsFile = None,
) -> None:
    """Delete all that the store holds, as after a trial, and leave the store itself ready; stop workers before.

    For example:

      stethos store clear
    """
    from stream.config.settings import load_settings  # noqa: PLC0415 -- keeps --help quick

    chosen = load_settings(settings)
    place = _place(chosen)
    if not yes:
        typer.confirm(f"Delete every row of {place}?", abort=True)
    if chosen.store == "influxdb":
        from stream.stores.influxdb.clearing import clear as clear_influxdb  # noqa: PLC0415 -- slow to import

        clear_influxdb(chosen.influxdb)
    else:
        from stream.stores.sqlite.backup import clear as clear_sqlite  # noqa: PLC0415 -- keeps --help quick

        clear_sqlite(chosen.sqlite.path)
    typer.echo(f"{place} is empty")


def _place(chosen: "Settings") -> str:
    if chosen.store == "influxdb":
        return f"InfluxDB at {chosen.influxdb.url}"
    return str(chosen.sqlite.path)


def _keep(token: "SecretStr", file: Path | None) -> None:
    from stream.config.secrets import write_secret  # noqa: PLC0415 -- keeps --help quick

    if file is not None:
        write_secret(file, token.get_secret_value())


def _admin_token(chosen: "Influxdb", file: Path | None) -> "SecretStr":
    from stream.config.secrets import read_secret  # noqa: PLC0415 -- keeps --help quick

    if file is None:
        raise ConfigurationError(
            f"InfluxDB at {chosen.url} gives a copy to its administrator alone: name the token's file with "
            "--admin-token-file (`stethos influx setup --admin-token-file FILE` writes it)"
        )
    return read_secret(file, "administrator's token")
