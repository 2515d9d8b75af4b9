"""The security headers of every answer, whoever gives it: pages, files, redirects, errors, the socket's polling.

The content policy lets a browser run scripts of this server and no others. `'unsafe-eval'` is the one exception:
NiceGUI and Vue evaluate at run time what the server sends them (SECURITY.md says what bounds that).
"""

import asyncio
from collections.abc import Iterable
from secrets import token_urlsafe

from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["NONCE", "SecurityHeaders", "policy", "secured"]

NONCE = "stethos.nonce"
"""Where the scope of a request keeps the word that its page's own inline scripts are known by."""

_POLICY = (
    ("default-src", "'self'"),
    ("script-src", "'self' 'unsafe-eval'"),
    ("style-src", "'self' 'unsafe-inline'"),
    ("img-src", "'self' data:"),
    ("font-src", "'self' data:"),
    ("connect-src", "'self'"),
    ("object-src", "'none'"),
    ("frame-src", "'none'"),
    ("worker-src", "'none'"),
    ("base-uri", "'none'"),
    ("form-action", "'none'"),
    ("frame-ancestors", "'none'"),
)
_ALWAYS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
_UNLESS_GIVEN = ((b"cache-control", b"no-store"),)

_Headers = Iterable[tuple[bytes, bytes]]


def policy(nonce: str) -> str:
    """Give the content policy; inline scripts with this nonce, if any, are the page's own.

    >>> policy("abc").split("; ")[1]
    "script-src 'self' 'unsafe-eval' 'nonce-abc'"
    """
    return "; ".join(
        f"{name} {sources} 'nonce-{nonce}'" if name == "script-src" and nonce else f"{name} {sources}"
        for name, sources in _POLICY
    )


class SecurityHeaders:
    """Goes around everything else, so that no answer is without them."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add the headers to what is answered; a refused socket is answered as a request, which has some."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        nonce = token_urlsafe(18)
        open_socket = False

        async def send_with_headers(message: Message) -> None:
            nonlocal open_socket
            open_socket = open_socket or message["type"] == "websocket.accept"
            if message["type"] == "websocket.close" and not open_socket and _answers_in_words(scope):
                await _refuse(send, message, nonce)
                await asyncio.sleep(0)  # uvicorn sees the end in its next turn, and would complain of none
                return
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                message = {**message, "headers": secured(message.get("headers", ()), nonce)}
            await send(message)

        await self.app({**scope, NONCE: nonce}, receive, send_with_headers)


def secured(headers: _Headers, nonce: str) -> list[tuple[bytes, bytes]]:
    """Give an answer's headers with ours, which go before any of the same name."""
    ours = (*_ALWAYS, (b"content-security-policy", policy(nonce).encode()))
    names = {name for name, _ in ours}
    kept = [(name, value) for name, value in headers if name.lower() not in names]
    given = {name.lower() for name, _ in kept}
    return [*kept, *ours, *(each for each in _UNLESS_GIVEN if each[0] not in given)]


def _answers_in_words(scope: Scope) -> bool:
    return "websocket.http.response" in scope.get("extensions", {})


async def _refuse(send: Send, message: Message, nonce: str) -> None:
    body = str(message.get("reason") or "").encode()
    status = 503 if message.get("code") == 1013 else 403
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
    ]
    start = {"type": "websocket.http.response.start", "status": status, "headers": secured(headers, nonce)}
    await send(start)
    await send({"type": "websocket.http.response.body", "body": body})
