"""The page: whether it answers where the settings say, and whether what it shows can be relied on."""

import socket
from collections.abc import Iterator

import msgspec

from models.errors import ServiceError
from stream.config.settings_sections import Web
from stream.doctor.check_result import CheckResult, good, skipped, warning, wrong
from stream.monitoring.http_probe import ask

__all__ = ["check_page"]

_CONNECT_S, _ANSWER_S = 2.0, 5.0
_ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104 -- where it may listen; asked is here


class _Report(msgspec.Struct, frozen=True):
    """The part of the page's report that matters here (`stream.web.health`, which needs the extra web)."""

    ok: bool
    reasons: tuple[str, ...]


def check_page(web: Web) -> Iterator[CheckResult]:
    """Ask its server."""
    host = _ANYWHERE.get(web.host, web.host)
    place = f"{f'[{host}]' if ':' in host else host}:{web.port}"
    try:
        socket.create_connection((host, web.port), timeout=_CONNECT_S).close()
    except (OSError, OverflowError):
        yield skipped(
            "page", f"nothing listens at {place} ([web] host and port); where it is to run: `stethos web`"
        )
        return
    try:
        answer = ask(f"http://{place}/health", timeout_s=_ANSWER_S)
        report = msgspec.json.decode(answer.body, type=_Report)
    except ServiceError as error:
        yield wrong("page", f"it does not answer at {place} ({error})", "restart `stethos web`, keep its log")
    except (msgspec.DecodeError, UnicodeDecodeError):
        yield warning(
            "page",
            f"something else than a page of this version answers at {place} (status {answer.status})",
            "upgrade and restart `stethos web`, or correct [web] port",
        )
    else:
        if report.ok:
            yield good("page", f"it answers at {place}, and shows what is so")
        for reason in report.reasons:
            yield wrong("page", f"{place}: {reason}", "mend what the lines above say; else restart `stethos web`")
