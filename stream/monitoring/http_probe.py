"""Probes a server over HTTP: asks once, and directly."""

from collections.abc import Mapping

import msgspec
import urllib3
from urllib3.exceptions import HTTPError

from models.errors import ServiceError

__all__ = ["Answer", "ask", "describe_failure", "root_cause"]


class Answer(msgspec.Struct, frozen=True):
    """What came back, whatever the status."""

    status: int
    body: bytes
    headers: Mapping[str, str]
    """Their names in upper or lower case."""


def ask(
    address: str, *, timeout_s: float, headers: Mapping[str, str] | None = None, body: bytes | None = None
) -> Answer:
    """Ask through no proxy, follow no redirect (a token would go along), and try only once; a body is posted.

    Raises `ServiceError` with the bare reason where nothing that can be read comes back.
    """
    try:
        with urllib3.PoolManager(timeout=urllib3.Timeout(total=timeout_s)) as pools:
            method = "GET" if body is None else "POST"
            answer = pools.request(method, address, headers=headers, body=body, redirect=False, retries=False)
            return Answer(answer.status, answer.data, answer.headers)
    except (HTTPError, OSError, UnicodeError) as error:
        raise ServiceError(describe_failure(root_cause(error))) from None
    except ValueError:  # its text holds the header, and with it a token
        raise ServiceError("a header or the address holds what HTTP does not carry") from None


def root_cause(error: BaseException) -> BaseException:
    """Give what went wrong on the wire: urllib3 and requests wrap it with the addresses of their objects.

    Not to be asked while another error is being handled: it would be taken for the cause.
    """
    while inner := error.__cause__ or error.__context__:
        error = inner
    return error


def describe_failure(reason: BaseException) -> str:
    """Say in one line what went wrong on the wire; the `repr` of some errors would show a header, with its token.

    >>> describe_failure(ConnectionRefusedError(111, "Connection refused")), describe_failure(ValueError("no HTTP"))
    ('[Errno 111] Connection refused', "ValueError('no HTTP')")
    """
    return str(reason) if isinstance(reason, OSError) else f"{type(reason).__name__}({str(reason)!r})"
