"""Presence while real browsers are closed, killed and disconnected (docs/acceptance.md)."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, suppress
from pathlib import Path

import pytest
from websockets.exceptions import WebSocketException

from accounts.models import User
from chat.models import Room
from chat.services.rooms import membership
from chat.tests.browser.pages import OpenTab, Tab
from chat.tests.helpers.talk import in_thread, member, open_room
from chat.tests.helpers.watching import LINGER, sees, sees_only, settled, told_of_presence
from testing.browsers import Chromium
from testing.length import Length
from testing.machine import patience
from testing.processes import UNLIMITED, Server
from testing.rows import Measured
from testing.sockets import Client
from testing.waiting import eventually

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Servers = Callable[..., Server]


@pytest.fixture
def own_chromium(tmp_path: Path) -> Iterator[Chromium]:
    """Run a Chromium that no other test shares."""
    chromium = Chromium(tmp_path / "chromium")
    yield chromium
    chromium.service.stop()


@pytest.mark.row(18)
async def test_a_user_whose_browser_is_killed_is_gone_after_the_linger(
    server: Server, own_chromium: Chromium, measured: Measured, alice: User, bob: User, general: Room
) -> None:
    async with Client(server, alice) as a:
        await open_room(a, general)
        his = await in_thread(lambda: Tab(own_chromium.open(), server, bob))()
        await in_thread(his.open_room)(general)
        await sees(a, "alice", "bob")
        own_chromium.kill()
        with measured.time("gone", within=LINGER + 2):
            await sees_only(a, "alice", within=30)


@pytest.mark.row(19)
async def test_a_reload_of_a_page_is_neither_a_leave_nor_a_join(
    server: Server, servers: Servers, tab: OpenTab, length: Length, alice: User, bob: User, general: Room
) -> None:
    linger = length.pick(full=5, short=min(round(patience(5)), 8))  # s; a browser is slow
    other = servers(PRESENCE_LINGER_MS=str(linger * 1000))
    async with Client(server, bob) as b:
        await open_room(b, general)
        hers: Tab = await in_thread(tab)(alice, on=other)
        await in_thread(hers.open_room)(general)
        await sees(b, "alice", "bob")
        await settled(b)
        before = told_of_presence(b)
        for _ in range(length.pick(full=10, short=3)):
            await in_thread(hers.browser.refresh)()
            await in_thread(eventually)(lambda: hers.people("here") == ["alice", "bob"], within=10)
        await asyncio.sleep(linger + 2)
        assert told_of_presence(b) == before


@pytest.mark.alone
@pytest.mark.row(27)
@pytest.mark.parametrize("end", [Server.stop, Server.kill])
async def test_a_crowd_that_lost_its_server_comes_back_spread_and_soon(
    servers: Servers,
    tab: OpenTab,
    length: Length,
    measured: Measured,
    end: Callable[[Server], None],
    general: Room,
) -> None:
    # They reconnect to another server, as behind a proxy, after the waits of the page's own script.
    lost, other = servers(**UNLIMITED), servers(**UNLIMITED)
    people = [await in_thread(member)(general, f"member-{n}") for n in range(length.pick(full=500, short=100))]
    waits = waits_of_the_page(await in_thread(tab)(), len(people))
    async with AsyncExitStack() as stack:
        crowd = [await stack.enter_async_context(Client(lost, user)) for user in people]
        returning = [
            asyncio.create_task(come_back(client, other, each, stack))
            for client, each in zip(crowd, waits, strict=True)
        ]
        await in_thread(end)(lost)
        returns = await asyncio.gather(*returning)
        measured("the longest wait", max(waited for _, waited in returns), within=30)
        dialled = sorted(at for at, _ in returns)
        busiest = max(sum(at <= each < at + 1 for each in dialled) for at in dialled)
        measured("of all in the busiest second", 100 * busiest / len(people), within=35, unit="%")
        assert dialled[-1] - dialled[0] >= 5, f"within {dialled[-1] - dialled[0]:.2f} s"


async def come_back(
    client: Client, server: Server, waits: Iterator[float], stack: AsyncExitStack
) -> tuple[float, float]:
    """Return when the successful attempt began, and the time from the lost connection to the greeting."""
    await client.socket.wait_closed()
    since = time.monotonic()
    for wait in waits:
        await asyncio.sleep(wait)
        dialled = time.monotonic()
        with suppress(OSError, WebSocketException):
            await stack.enter_async_context(Client(server, client.user))
            return dialled, time.monotonic() - since
    raise AssertionError("It never came back.")


def waits_of_the_page(page: Tab, count: int) -> list[Iterator[float]]:
    """Return the waits of this many pages, in seconds, before each attempt."""
    page.go("/accounts/login/")
    script = """
        const [count, done] = arguments;
        import("/static/chat/connection/backoff.js").then(({ Backoff }) => {
            const waits = (backoff) => Array.from({ length: 10 }, () => backoff.delay);
            done(Array.from({ length: count }, () => waits(new Backoff())));
        });
    """
    pages: list[list[float]] = page.browser.execute_async_script(script, count)
    return [iter([wait / 1000 for wait in waits]) for waits in pages]


def test_a_page_counts_its_own_user_in_no_room_that_it_does_not_show(
    servers: Servers, tab: OpenTab, alice: User, general: Room
) -> None:
    quiet = membership.create_room(alice, "quiet")
    page = tab(alice, on=servers(PRESENCE_LINGER_MS="60000"))
    page.open_room(general)

    def here(room: Room) -> str | None:
        return page.one(f'[data-room="{room.pk}"] [data-here]').get_attribute("data-here")

    page.go("/")  # page of another kind, on another socket
    eventually(lambda: here(general) == "0")
    for room in (general, quiet):
        page.open_room(room)
    page.go("/")
    eventually(lambda: {here(room) for room in (general, quiet)} == {"0"})
