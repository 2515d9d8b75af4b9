"""By which names the page may be asked for, before a server is started."""

import asyncio
import ipaddress
import socket
from string import ascii_letters, digits

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from nicegui import core

from stream.config.hosts import is_same_origin, names_of, own_names, refusal
from stream.web.host_check import HostCheck
from stream.web.server import make_server
from tests.stream.web.fleets import MemoryStore

KNOWN = names_of(["localhost", "Pumps.Plant.Example", "泵站.example"])
LABELS = st.text(ascii_letters + digits + "-", min_size=1, max_size=20)
NAMES = st.lists(LABELS, min_size=1, max_size=4).map(".".join)
ADDRESSES = st.ip_addresses().map(lambda each: f"[{each}]" if each.version == 6 else str(each))
PORTS = st.none() | st.integers(1, 65_535)


def with_port(host, port):
    return host if port is None else f"{host}:{port}"


def lets_in(host, *origins):
    return refusal([host], list(origins), KNOWN) is None


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "localhost:8080",
        "LocalHost:1",
        "localhost.",
        "localhost.:8080",
        "pumps.plant.example:443",
        "PUMPS.plant.EXAMPLE.",
        "xn--kxw690a.example",
        "127.0.0.1",
        "127.0.0.1.",
        "192.168.1.20:8080",
        "[::1]",
        "[::1]:8080",
        "[FE80::1]:8080",
        "[::ffff:127.0.0.1]",
    ],
)
def test_the_page_is_known_by_its_names_and_by_every_address(host: str):
    assert lets_in(host)


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8080",
        "localhost.evil.example",
        "evil-localhost",
        "plant.example",
        "a.pumps.plant.example",
        "127.0.0.1.evil.example",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "泵站.example",
        "xn--kxw690a",
        "xn--",
        "",
        ".",
        ":8080",
        "localhost:",
        "localhost:0",
        "localhost:65536",
        "localhost:8080:1",
        "localhost:８０",
        "localhost..",
        " localhost",
        "localhost\t",
        "localhost evil.example",
        "localhost,evil.example",
        "localhost/",
        "localhost#",
        "localhost?",
        "http://localhost",
        "user@localhost",
        "localhost@evil.example",
        "user:password@localhost",
        "evil.example\\localhost",
        "lоcalhost",  # with a Cyrillic letter
        "[::1",
        "::1",
        "[::1]evil.example",
        "[fe80::1%eth0]",
        "[127.0.0.1]",
        "[evil.example]",
        "[]",
        "localhost\x00",
        "a" * 100_000,
        "a." * 50_000,
        "[" * 100_000,
        "1" * 5_000,
    ],
)
def test_anything_else_is_refused(host: str):
    assert not lets_in(host)
    assert not lets_in(host, f"http://{host}")


@given(NAMES, PORTS)
@example("localhost", None)
def test_a_name_is_let_in_if_it_is_known_and_only_then(name, port):
    is_address = True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        is_address = False
    assert lets_in(with_port(name, port)) == (name.lower() in KNOWN or is_address)


@given(ADDRESSES, PORTS, st.sampled_from(["http", "https"]))
def test_every_address_is_let_in_and_is_its_own_origin(address, port, scheme):
    host = with_port(address, port)
    assert lets_in(host, f"{scheme}://{host}")


@given(st.text(max_size=50), st.text(max_size=50))
def test_no_text_is_too_odd_to_decide_on(host, origin):
    told = refusal([host], [origin], KNOWN)
    assert told is None or told.isprintable() or "\n" in told
    if is_same_origin(origin, host):
        assert origin.lower().startswith(("http://", "https://"))


@given(NAMES, NAMES, PORTS, PORTS)
def test_another_name_or_port_is_another_origin(name, other, port, other_port):
    assume(not name.startswith("-"))
    same = name.lower() == other.lower() and (port or 80) == (other_port or 80)
    assert is_same_origin(f"http://{with_port(other, other_port)}", with_port(name, port)) <= same


@pytest.mark.parametrize(
    ("origin", "host", "same"),
    [
        ("http://localhost:8080", "localhost:8080", True),
        ("HTTP://LOCALHOST:8080", "localhost.:8080", True),
        ("http://localhost", "localhost:80", True),
        ("https://pumps.plant.example", "pumps.plant.example", True),
        ("https://pumps.plant.example", "pumps.plant.example:443", True),
        ("http://[0:0::1]:8080", "[::1]:8080", True),
        ("http://localhost:8080", "localhost:9090", False),
        ("http://localhost:3000", "localhost:8080", False),
        ("http://evil.example", "localhost", False),
        ("http://127.0.0.1:8080", "localhost:8080", False),
        ("http://localhost:8080/", "localhost:8080", False),
        ("http://user@localhost:8080", "localhost:8080", False),
        ("ftp://localhost:8080", "localhost:8080", False),
        ("file://", "localhost:8080", False),
        ("chrome-extension://localhost", "localhost", False),
        ("localhost:8080", "localhost:8080", False),
        ("null", "localhost", False),
        ("", "localhost", False),
        ("*", "localhost", False),
        ("http://localhost, http://evil.example", "localhost", False),
    ],
)
def test_an_origin_is_the_page_s_own_if_scheme_host_and_port_are(origin: str, host: str, *, same: bool):
    assert is_same_origin(origin, host) is same
    assert lets_in(host, origin) is same


def test_there_is_one_host_and_at_most_one_origin():
    assert refusal([], [], KNOWN)
    assert refusal(["localhost", "localhost"], [], KNOWN)
    assert refusal(["localhost", "evil.example"], [], KNOWN)
    assert refusal(["localhost"], ["http://localhost", "http://localhost"], KNOWN)
    assert refusal(["localhost"], [], KNOWN) is None


def test_a_stranger_s_name_is_told_with_the_setting_that_lets_it_in():
    told = refusal(["Other.Plant.example:8080"], [], KNOWN)
    assert 'hosts = ["other.plant.example"]' in told
    assert "stethos.toml" in told


def test_the_computer_is_known_by_its_own_name(monkeypatch):
    monkeypatch.setattr(socket, "gethostname", lambda: "Pump-PC.plant.example")
    names = own_names("page.plant.example")
    assert names == {
        "localhost",
        "pump-pc",
        "pump-pc.local",
        "pump-pc.plant.example",
        "page.plant.example",
    }


def test_nicegui_s_own_socket_takes_the_page_s_origin_alone():
    make_server(MemoryStore(), {}, hosts=KNOWN)
    allows = core.sio.eio.cors_allowed_origins
    assert allows("http://localhost:8080", {"HTTP_HOST": "localhost:8080"})
    for origin in ("http://evil.example", "null", None):
        assert not allows(origin, {"HTTP_HOST": "localhost:8080"})


@pytest.mark.parametrize(("kind", "sent"), [("http", 403), ("websocket", "websocket.close")])
def test_what_is_refused_never_reaches_the_page(kind, sent):
    reached, answers = [], []

    async def page(scope, receive, send):
        reached.append(scope)

    async def send(message):
        answers.append(message)

    def ask(headers):
        asyncio.run(HostCheck(page, KNOWN)({"type": kind, "headers": headers}, None, send))

    ask([(b"host", b"localhost"), (b"origin", b"http://evil.example")])
    ask([(b"host", b"\xff\xfe")])
    ask([])
    assert reached == []
    assert [each.get("status", each["type"]) for each in answers if not each["type"].endswith("body")] == [sent] * 3
    ask([(b"host", b"localhost")])
    assert len(reached) == 1
    asyncio.run(HostCheck(page, KNOWN)({"type": "lifespan"}, None, send))
    assert len(reached) == 2
