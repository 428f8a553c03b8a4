import pytest
from websockets.exceptions import InvalidStatus

from accounts.models import User
from project.testing.processes import Server
from project.testing.sockets import Client, open_socket, session_cookie

NOT_OURS = [
    None,
    "null",
    "https://evil.example",
    "http://localhost",
    "http://localhost:1",
    "https://localhost:{port}",
    "http://localhost:{port}.evil.example",
    "http://localhost:{port}/",
    "http://user@localhost:{port}",
    "http://[::1",
    "localhost:{port}",
    "\xe9\xff",
    "http://localhost:{port}, http://evil.example",
    "http://localhost:999999999999",
]


@pytest.fixture
def cookie(alice: User) -> str:
    return session_cookie(alice)


async def refusal(server: Server, cookie: str, origin: str | None = "") -> int:
    with pytest.raises(InvalidStatus) as refused:
        async with open_socket(server, cookie, origin):
            pass
    return refused.value.response.status_code


async def test_our_own_pages_may_open_a_socket(server: Server, cookie: str) -> None:
    for host in ("localhost", "127.0.0.1"):
        async with open_socket(server, cookie, origin=f"http://{host}:{server.port}") as socket:
            assert "hello" in await socket.recv()


async def test_others_may_not(server: Server, cookie: str) -> None:
    origins = [origin and origin.replace("{port}", str(server.port)) for origin in NOT_OURS]
    assert {origin: await refusal(server, cookie, origin) for origin in origins} == dict.fromkeys(origins, 403)
    assert "Traceback" not in server.log.read_text()


async def test_whoever_is_not_signed_in_may_not(server: Server, alice: User) -> None:
    async with Client(server, alice):
        pass
    assert [await refusal(server, cookie) for cookie in ("", "no-such-session")] == [403, 403]
