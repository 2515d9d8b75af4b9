"""`stethos web`: the page that shows the fleet."""

import os
import socket
from typing import TYPE_CHECKING, Annotated

import typer

from models.errors import ConfigurationError
from stream.cli.terminal import SettingsFile

if TYPE_CHECKING:
    from starlette.types import ASGIApp

__all__ = ["web"]


def web(
    settings_file: SettingsFile = None,
    host: Annotated[
        str | None, typer.Option(help="Address to listen on; the settings' (127.0.0.1) unless given.")
    ] = None,
    port: Annotated[
        int | None, typer.Option(min=1, max=65_535, help="Port; the settings' (8080) unless given.")
    ] = None,
) -> None:
    """Show the fleet: who needs someone, why, since when. In English and Chinese, on a desk and on a phone.

    Only this computer can see the page unless --host says otherwise. There is no login: put one in front of it
    before you open it to a network.

    For example:

      stethos web

      stethos web --port 9000
    """
    from stream.cli.logs import set_up_logging  # noqa: PLC0415 -- keeps --help quick
    from stream.config.hosts import names_of, own_names  # noqa: PLC0415 -- keeps --help quick
    from stream.config.machines import load_fleet  # noqa: PLC0415 -- keeps --help quick
    from stream.config.packs import load_packs  # noqa: PLC0415 -- keeps --help quick
    from stream.config.settings import load_settings  # noqa: PLC0415 -- keeps --help quick
    from stream.stores import open_store  # noqa: PLC0415 -- keeps --help quick
    from stream.web.data.probe_progress import ExpectedProbes  # noqa: PLC0415 -- keeps --help quick
    from stream.web.server import make_server  # noqa: PLC0415 -- keeps --help quick

    settings = load_settings(settings_file)
    set_up_logging(verbose=False, form=settings.log_format)
    address, number = host or settings.web.host, port or settings.web.port
    fleet = load_fleet(settings)
    server = make_server(
        open_store(settings),
        fleet.machines,
        aliases=fleet.known_aliases(),
        orders=fleet.orders,
        packs=load_packs(settings.packs),
        hosts=own_names(address) | names_of(settings.web.hosts),
        viewers=settings.web.viewers,
        probes=ExpectedProbes(partitions=settings.partitions, every_s=settings.health.probe_s),
    )
    with _listening(address, number) as listener:
        shown = f"[{address}]" if ":" in address else address
        typer.echo(f"Page: http://{shown}:{number}", err=True)
        _serve(server, listener)


def _serve(server: "ASGIApp", listener: socket.socket) -> None:
    """Answer until told to stop, within bounds for what a viewer may send."""
    import uvicorn  # noqa: PLC0415 -- keeps --help quick, and comes with the web extra only

    from stream.web.guard.connections import (  # noqa: PLC0415 -- keeps --help quick
        MOST_HEADER_BYTES,
        MOST_MESSAGE_BYTES,
        PatientHttp,
    )

    config = uvicorn.Config(
        server,
        http=PatientHttp,
        h11_max_incomplete_event_size=MOST_HEADER_BYTES,
        ws_max_size=MOST_MESSAGE_BYTES,
        server_header=False,
        log_level="warning",
        log_config=None,  # as set_up_logging has it
    )
    uvicorn.Server(config).run(sockets=[listener])


def _listening(address: str, port: int) -> socket.socket:
    """Take the port before anything is promised; uvicorn would say in its own words that it can't."""
    try:
        family = socket.getaddrinfo(address, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((address, port), family=family)
    except OSError as error:
        code = error.errno or 0  # negative where a name was looked up: that has its own words
        reason = os.strerror(code) if code > 0 else error.strerror
        raise ConfigurationError(
            f"web: cannot listen on {address}, port {port} ({reason}); "
            "end what holds the port, or name others with --host and --port"
        ) from None
