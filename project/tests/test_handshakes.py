import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from accounts.models import User
from chat.runtime.rate_limiter import Rate
from project.middleware.handshake_limit import LimitedHandshakes, network_of
from testing.machine import patience
from testing.processes import PlainServer, Server
from testing.sockets import Client, open_socket, session_cookie

FEW = {"ROOMFUL_HANDSHAKES_BURST": "3", "ROOMFUL_HANDSHAKES_PER_MINUTE": "60"}


@pytest.fixture
def cookie(alice: User) -> str:
    return session_cookie(alice)


async def refused(server: Server, cookie: str = "", **options: Any) -> InvalidStatus:
    """Open sockets until the limit refuses one."""

    async def open_on() -> None:
        for _ in range(5):
            async with open_socket(server, cookie, **options):
                pass

    with pytest.raises(InvalidStatus) as refused:
        await open_on()
    return refused.value


async def test_a_handshake_beyond_the_limit_is_answered_with_429_and_retry_after(
    servers: Callable[..., Server], alice: User, cookie: str
) -> None:
    server = servers(**FEW)
    response = (await refused(server, cookie)).response
    assert (response.status_code, response.headers["Retry-After"]) == (429, "1")
    await asyncio.sleep(1)  # as the refusal said
    async with Client(server, alice) as client:
        assert client.hello["user"]["username"] == "alice"
    assert "Traceback" not in server.log.read_text()


async def test_handshakes_are_limited_before_they_are_authenticated(
    servers: Callable[..., Server], cookie: str
) -> None:
    server = servers(**FEW)
    for _ in range(3):
        with pytest.raises(InvalidStatus) as stranger:
            await open_socket(server)
        assert stranger.value.response.status_code == 403
    assert (await refused(server)).response.status_code == 429


async def test_handshakes_of_a_foreign_origin_do_not_count_against_the_limit(
    servers: Callable[..., Server], cookie: str
) -> None:
    server = servers(**FEW)
    for _ in range(10):
        with pytest.raises(InvalidStatus) as foreign:
            await open_socket(server, cookie, origin="https://evil.example")
        assert foreign.value.response.status_code == 403
    async with open_socket(server, cookie):
        pass


async def test_a_server_that_cannot_answer_with_429_answers_with_403(
    servers: Callable[..., Server], cookie: str
) -> None:
    assert (await refused(servers(PlainServer, **FEW), cookie)).response.status_code == 403


async def test_a_rate_of_zero_does_not_limit_handshakes(servers: Callable[..., Server], cookie: str) -> None:
    server = servers(**FEW | {"ROOMFUL_HANDSHAKES_PER_MINUTE": "0"})
    for _ in range(10):
        async with open_socket(server, cookie):
            pass


async def test_many_people_behind_one_address_can_reconnect_at_once(server: Server, cookie: str) -> None:
    """Uses the default limits. All sockets belong to one user, who may have fewer: the rest are closed."""
    outcomes = await asyncio.gather(*(first_event(server, cookie) for _ in range(300)))
    assert set(outcomes) <= {"hello", "closed"}
    assert outcomes.count("hello") >= 50


async def first_event(server: Server, cookie: str) -> str:
    async with open_socket(server, cookie, open_timeout=patience(30)) as socket:
        with suppress(ConnectionClosed):
            return "hello" if "hello" in str(await socket.recv()) else "other"
    return "closed"


async def test_a_client_cannot_choose_the_address_that_its_handshakes_count_for(
    servers: Callable[..., Server], cookie: str
) -> None:
    server = servers(**FEW)
    assert (await refused(server, cookie)).response.status_code == 429
    elsewhere = {"X-Forwarded-For": "203.0.113.7"}
    assert (await refused(server, cookie, headers=elsewhere)).response.status_code == 429


async def test_behind_a_proxy_handshakes_count_for_the_address_that_the_proxy_reports(
    servers: Callable[..., Server], cookie: str
) -> None:
    server = servers(**FEW, ROOMFUL_TRUSTED_PROXIES="1")
    for claimed in ("198.51.100.1", "198.51.100.2", "198.51.100.3"):
        async with open_socket(server, cookie, headers={"X-Forwarded-For": f"{claimed}, 203.0.113.7"}):
            pass
    claimed_again = {"X-Forwarded-For": "198.51.100.4, 203.0.113.7"}
    assert (await refused(server, cookie, headers=claimed_again)).response.status_code == 429
    async with open_socket(server, cookie, headers={"X-Forwarded-For": "203.0.113.8"}):
        pass


@pytest.mark.parametrize(
    ("proxies", "peer", "forwarded", "same_as"),
    [
        (0, "192.0.2.1", "203.0.113.7", "192.0.2.1"),
        (1, "192.0.2.1", "198.51.100.1, 203.0.113.7", "203.0.113.7"),
        (2, "192.0.2.1", "198.51.100.1, 203.0.113.7,10.0.0.1", "203.0.113.7"),
        (1, "192.0.2.1", "unknown", "192.0.2.1"),
        (3, "192.0.2.1", "198.51.100.1, 203.0.113.7", "192.0.2.1"),
        (1, "192.0.2.1", "", "192.0.2.1"),
        (0, "2001:db8:1:2::1", "", "2001:db8:1:2:ffff::9"),
        (0, "::ffff:192.0.2.1", "", "192.0.2.1"),
        (1, "192.0.2.1", "2001:db8:1:2::1", "2001:db8:1:2::77"),
    ],
)
def test_addresses_of_one_network_count_as_one(proxies: int, peer: str, forwarded: str, same_as: str) -> None:
    assert network_of(scope(peer, forwarded), proxies) == network_of(scope(same_as), 0) != b""


def test_addresses_of_different_networks_count_separately() -> None:
    peers = ["192.0.2.1", "192.0.2.2", "2001:db8:1:2::1", "2001:db8:1:3::1", "::ffff:192.0.2.3"]
    assert len({network_of(scope(peer), 0) for peer in peers}) == len(peers)


def test_a_forwarded_header_in_several_lines_is_read_as_one_list() -> None:
    lines = scope("192.0.2.1")
    lines["headers"] = [(b"x-forwarded-for", b"198.51.100.1"), (b"x-forwarded-for", b"203.0.113.7")]
    assert network_of(lines, 1) == network_of(scope("203.0.113.7"), 0)


def test_peers_without_an_address_count_as_one() -> None:
    assert network_of({"headers": [], "client": None}, 0) == network_of({"headers": []}, 0)


def scope(peer: str, forwarded: str = "") -> dict[str, Any]:
    headers = [(b"x-forwarded-for", forwarded.encode())] if forwarded else []
    return {"type": "websocket", "client": [peer, 40_000], "headers": headers}


async def test_any_server_with_the_extension_answers_with_429() -> None:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "websocket.accept"})

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect"}

    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    limited = LimitedHandshakes(application, Rate(burst=1, per_minute=6), trusted_proxies=0)
    extensible = scope("192.0.2.1") | {"extensions": {"websocket.http.response": {}}}
    await limited(extensible, receive, send)
    await limited(extensible, receive, send)
    accepted, start, body = sent
    assert accepted == {"type": "websocket.accept"}
    assert (start["type"], start["status"]) == ("websocket.http.response.start", 429)
    assert (b"retry-after", b"10") in start["headers"]
    assert body["type"] == "websocket.http.response.body"
