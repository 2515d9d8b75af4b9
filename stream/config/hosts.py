"""Host names by which the page may be asked for, and by whose pages: anything else gets 403, also on the socket.

A stranger's page in a viewer's browser could otherwise open the socket (a browser asks nobody before it does), and
a name of his that he points at this computer (DNS rebinding) would make his page one of ours. An address in numbers
can be pointed nowhere, so it needs no list.
"""

import ipaddress
import re
import socket
from collections.abc import Iterable
from typing import NamedTuple

__all__ = ["is_same_origin", "names_of", "own_names", "refusal"]

_NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(\.(?!-)[a-z0-9_-]{1,63}(?<!-))*")
_MAX_NAME_LENGTH = 253
_PLACE = re.compile(r"(?:\[([0-9a-fA-F:.]+)\]|([!-9;-~]+))(?::([0-9]{1,5}))?")
"""`[address]` or what may be a name, in ASCII, and a port."""
_DEFAULT_PORTS = {"http": 80, "https": 443}
_UNREADABLE = "This request does not say readably which host it is for.\n请求中的主机名无法识别。\n"
_UNKNOWN = (
    'The page is not known by the name {name}. Add it to "hosts" in the section [web] of stethos.toml '
    '(hosts = ["{name}"]), or open the page by the address of its computer.\n'
    '此页面不接受主机名 {name}。请在 stethos.toml 的 [web] 中写入 hosts = ["{name}"]，或改用 IP 地址访问。\n'
)
_FOREIGN = "The page answers its own pages alone, not those of another origin.\n此页面不接受来自其他网站的请求。\n"


class _Place(NamedTuple):
    """A host and its port; None where the port is left to the scheme."""

    name: str
    port: int | None


def own_names(*addresses: str) -> frozenset[str]:
    """Give the names by which this computer is known without being told, and those of `addresses` it listens on."""
    here = socket.gethostname()
    first = here.partition(".")[0]
    return names_of(["localhost", here, first, f"{first}.local", *addresses])


def names_of(hosts: Iterable[str]) -> frozenset[str]:
    """Give names as browsers send them: in lower case, without a last dot, Chinese ones in Punycode.

    What is no name is left out.

    >>> sorted(names_of(["Pumps.Plant.Example.", "泵站.example", "http://x", "0.0.0.0"]))
    ['0.0.0.0', 'pumps.plant.example', 'xn--kxw690a.example']
    """
    return frozenset(name for host in hosts if (name := _name(host)))


def refusal(hosts: list[str], origins: list[str], known: frozenset[str]) -> str | None:
    """Say why a request with these `Host` and `Origin` headers is refused; None lets it in.

    `known` are names as `names_of` gives them; addresses in numbers are always let in.

    >>> refusal(["127.0.0.1:8080"], ["http://127.0.0.1:8080"], frozenset())
    >>> refusal(["evil.example"], [], frozenset({"localhost"})).split(". ")[0]
    'The page is not known by the name evil.example'
    """
    place = _place(hosts[0]) if len(hosts) == 1 else None
    if place is None:
        return _UNREADABLE
    if place.name not in known and not _is_address(place.name):
        return _UNKNOWN.format(name=place.name)
    if origins and not (len(origins) == 1 and is_same_origin(origins[0], hosts[0])):
        return _FOREIGN
    return None


def is_same_origin(origin: str, host: str) -> bool:
    """Say whether an `Origin` header is that of the page at this `Host`; a proxy may speak https where we don't.

    >>> is_same_origin("https://plant.example", "plant.example:443"), is_same_origin("null", "plant.example")
    (True, False)
    """
    scheme, separator, rest = origin.partition("://")
    scheme = scheme.lower()
    if not separator or scheme not in _DEFAULT_PORTS:
        return False
    theirs, ours = _place(rest), _place(host)
    default = _DEFAULT_PORTS[scheme]
    return (
        theirs is not None
        and ours is not None
        and theirs.name == ours.name
        and (theirs.port or default) == (ours.port or default)
    )


def _place(text: str) -> _Place | None:
    """Read `host`, `host:port` or `[address]:port`; None for anything else, such as user names or paths."""
    read = _PLACE.fullmatch(text)
    if read is None:
        return None
    address, host, number = read.groups()
    name = _v6(address) if address else _name(host)
    port = int(number) if number else None
    return _Place(name, port) if name and port != 0 and (port or 0) < 65_536 else None


def _name(host: str) -> str:
    """Give a name as a browser sends it; empty where it is none."""
    try:
        name = host.lower().removesuffix(".").encode("idna").decode("ascii").lower()
    except UnicodeError:  # what cannot be put in Punycode
        return ""
    return name if len(name) <= _MAX_NAME_LENGTH and _NAME.fullmatch(name) else ""


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _v6(text: str) -> str:
    """Give an address as all spellings of it agree; empty where it is none."""
    try:
        return ipaddress.IPv6Address(text).compressed
    except ValueError:
        return ""
