"""Presence of the other user in direct conversations, for lists of rooms."""

import asyncio
import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast
from uuid import uuid4

import pytest

from accounts.models import User
from chat.hub import get_hub
from chat.hub.delivery.connection import Connection
from chat.hub.delivery.frame import Frame
from chat.hub.partners import Partners
from chat.hub.rooms.audience import Audience
from chat.hub.rooms.rooms import Rooms
from chat.models import Room
from chat.services.messages import posting
from chat.services.people import blocks
from chat.services.rooms import directs, list_preferences
from chat.tests.helpers.status import write_without_a_word
from chat.tests.helpers.talk import in_thread, member, open_room, post, shows
from presence.roster import Rosters
from presence.topics import AWAY, ONLINE
from testing.in_process import InProcessServer
from testing.processes import Server
from testing.sockets import Client

pytestmark = pytest.mark.django_db(transaction=True)


def states(client: Client) -> dict[str, str] | None:
    """Return the partners' states by user id, from the tab's events; None if presence is unavailable."""
    known: dict[str, str] | None = None
    for event in client.seen("partners.changed"):
        known = None if event["partners"] is None else (known or {}) | event["partners"]
    return known


def lists(client: Client, user: User, state: str) -> Callable[[], bool]:
    return lambda: (states(client) or {}).get(str(user.pk)) == state


def told(client: Client) -> list[tuple[str, str]]:
    """Return the changes of partners in order. Until its server knows them, the first tab gets none."""
    return [news for event in client.seen("partners.changed") for news in (event["partners"] or {}).items()]


@pytest.fixture
def talk(alice: User, bob: User) -> Room:
    """Create a conversation with a message, so that it is in both lists."""
    talk = directs.open_direct(alice, [bob.pk])
    posting.post_message(alice, talk.pk, body="Hello", client_id=uuid4())
    return talk


async def test_a_tab_is_told_how_partners_are_in_conversations_that_it_does_not_show(
    site: InProcessServer, alice: User, bob: User, talk: Room
) -> None:
    async with Client(site, alice) as a:
        await shows(a, lists(a, bob, "offline"))
        async with Client(site, bob) as b:
            await shows(a, lists(a, bob, "online"))
            await shows(b, lists(b, alice, "online"))
            for mode, state in (("away", "away"), ("dnd", "dnd"), ("auto", "online")):
                await b.command("status.set", mode=mode)
                await shows(a, lists(a, bob, state))
            async with Client(site, alice) as late:
                await shows(late, lists(late, bob, "online"))
        await shows(a, lists(a, bob, "offline"))
        assert {user for user, _ in told(a)} == {str(bob.pk)}


async def test_presence_of_partners_never_reaches_those_outside_of_their_conversation(
    site: InProcessServer, alice: User, bob: User, mallory: User, general: Room, talk: Room
) -> None:
    dave = await in_thread(member)(general, "dave")
    await in_thread(directs.open_direct)(alice, [bob.pk, mallory.pk])  # the three of them
    hers = await in_thread(directs.open_direct)(mallory, [dave.pk])
    async with Client(site, mallory) as m, Client(site, alice) as a:
        await shows(m, lists(m, dave, "offline"))
        async with Client(site, bob) as b:
            await shows(a, lists(a, bob, "online"))
            await b.command("status.set", mode="dnd")
            await shows(a, lists(a, bob, "dnd"))
        await shows(a, lists(a, bob, "offline"))
        async with Client(site, dave):
            await shows(m, lists(m, dave, "online"))
        await open_room(m, hers)
        assert {user for user, _ in told(m)} == {str(dave.pk)}
        assert states(a) == {str(bob.pk): "offline"}


async def test_an_invisible_partner_looks_like_one_who_left(
    site: InProcessServer, alice: User, bob: User, talk: Room
) -> None:
    async with Client(site, alice) as a, Client(site, bob) as b:
        await b.command("status.set", mode="dnd")
        await shows(a, lists(a, bob, "dnd"))
        await b.command("status.set", mode="invisible")
        await shows(a, lists(a, bob, "offline"))
        assert [state for _, state in told(a)][-2:] == ["dnd", "offline"]
        await shows(b, lists(b, alice, "online"))
        async with Client(site, bob), Client(site, alice) as late:
            await shows(late, lists(late, bob, "offline"))
            await b.command("status.set", mode="auto")
            await shows(late, lists(late, bob, "online"))


async def test_a_blocked_person_is_told_of_the_blocker_as_before(
    site: InProcessServer, alice: User, bob: User, talk: Room
) -> None:
    async with Client(site, bob) as b:
        async with Client(site, alice) as a:
            await shows(b, lists(b, alice, "online"))
            before = len(b.log)
            await in_thread(blocks.block)(alice, bob.pk)
            await a.command("status.set", mode="away")
            await shows(b, lists(b, alice, "away"))
        await shows(b, lists(b, alice, "offline"))
        assert {event["type"] for event in b.log[before:]} == {"partners.changed"}


async def test_conversations_that_begin_wake_up_or_are_opened_have_their_partner(
    site: InProcessServer, alice: User, bob: User, mallory: User, talk: Room
) -> None:
    await in_thread(list_preferences.keep_room)(alice, talk.pk, put_away=True)
    async with Client(site, alice) as a, Client(site, bob) as b, Client(site, mallory) as m:
        assert a.hello["rooms"] == []
        await open_room(a, talk)
        await shows(a, lists(a, bob, "online"))
        async with Client(site, alice) as other:
            await post(b, talk, "Are you there?")
            await shows(other, lists(other, bob, "online"))
        await a.command("direct.open", people=[mallory.pk])
        await shows(a, lists(a, mallory, "online"))
        await b.command("status.set", mode="dnd")
        await shows(a, lists(a, bob, "dnd"))
        assert m.seen("partners.changed") == []  # it has no message yet, so it is in no list of hers


async def test_a_status_that_no_word_came_of_is_found(
    site: InProcessServer, alice: User, bob: User, talk: Room, settings: Any
) -> None:
    settings.CHAT = {**settings.CHAT, "STANDING_MS": 100}
    async with Client(site, alice) as a, Client(site, bob):
        await shows(a, lists(a, bob, "online"))
        await write_without_a_word(bob, mode="dnd")
        await shows(a, lists(a, bob, "dnd"))


async def test_partners_on_another_server_are_told_of(
    servers: Callable[..., Server], alice: User, bob: User, talk: Room
) -> None:
    one, other = servers(), servers()
    async with Client(one, alice) as a, Client(other, alice) as elsewhere, Client(other, bob) as b:
        for client in (a, elsewhere):
            await shows(client, lists(client, bob, "online"))
        await shows(b, lists(b, alice, "online"))
        await b.command("status.set", mode="dnd")
        for client in (a, elsewhere):
            await shows(client, lists(client, bob, "dnd"))


async def test_a_server_keeps_nothing_of_conversations_whose_tabs_are_closed(
    site: InProcessServer, alice: User, bob: User, talk: Room
) -> None:
    async with Client(site, alice) as a, Client(site, bob) as b:
        await shows(a, lists(a, bob, "online"))
        await shows(b, lists(b, alice, "online"))
        partners = get_hub().partners
        assert partners._pairs.keys() == {talk.pk}
    partners.forget_rooms_without_tabs()
    assert not partners._pairs
    assert not partners._rooms
    assert not partners._dnd


class Tab:
    """A fake connection that records its events, and the number of their frames."""

    def __init__(self, user: int) -> None:
        self.user = SimpleNamespace(pk=user)
        self.frames = 0
        self.states: dict[str, str] | None = {}

    def deliver_ephemeral(self, frame: Frame, *_: object) -> None:
        self.frames += 1
        for event in json.loads(frame.text):
            partners = event["partners"]
            self.states = None if partners is None else (self.states or {}) | partners


class Followed:
    """Fake rosters of presence."""

    def __init__(self) -> None:
        self.available = True
        self.topics: dict[str, frozenset[int]] = {ONLINE: frozenset(), AWAY: frozenset()}

    def people(self, topic: str) -> frozenset[int]:
        return self.topics[topic]

    def is_known(self, topic: str) -> bool:
        return topic in self.topics


class TestManyPartners:
    """A user with 200 direct conversations, on a server that has a tab of each partner."""

    PARTNERS = range(2, 202)

    @pytest.fixture
    async def partners(self) -> Partners:
        loop = asyncio.get_running_loop()
        self.hers, self.theirs = Tab(1), [Tab(user) for user in self.PARTNERS]
        places = {}
        for tab in self.theirs:
            audience = Audience(loop)
            for each in (self.hers, tab):
                audience.hold(cast(Connection, each), is_member=True)
            places[tab.user.pk] = SimpleNamespace(audience=audience)
        self.rosters = Followed()
        partners = Partners(cast(Rooms, places))
        partners.follow(cast(Rosters, self.rosters))
        partners._dnd = dict.fromkeys((1, *self.PARTNERS), (0, False))  # so that nothing is read
        partners._tell()
        await partners.show([self.connection(self.hers)], 1, [self.listed(user, user) for user in self.PARTNERS])
        for tab in self.theirs:
            await partners.show([self.connection(tab)], tab.user.pk, [self.listed(tab.user.pk, 1)])
        return partners

    def connection(self, tab: Tab) -> Connection:
        return cast(Connection, tab)

    def listed(self, room: int, partner: int) -> dict[str, Any]:
        return {"id": room, "people": [{"id": partner}]}

    async def test_all_who_come_online_within_a_moment_are_one_frame(self, partners: Partners) -> None:
        before = self.hers.frames
        self.rosters.topics[ONLINE] = frozenset({1, *self.PARTNERS})
        for user in self.PARTNERS:
            partners.note(ONLINE, frozenset({user}))
        partners._tell()
        assert self.hers.frames == before + 1
        assert self.hers.states == {str(user): "online" for user in self.PARTNERS}

    async def test_a_tab_that_is_replaced_within_a_moment_is_no_news(self, partners: Partners) -> None:
        before = [tab.frames for tab in self.theirs]
        for online in (frozenset({1}), frozenset[int]()):
            self.rosters.topics[ONLINE] = online
            partners.note(ONLINE, frozenset({1}))
        partners._tell()
        assert [tab.frames for tab in self.theirs] == before

    async def test_every_tab_is_told_once_that_presence_is_unavailable_and_how_all_are_once_it_is_back(
        self, partners: Partners
    ) -> None:
        before = self.hers.frames
        self.rosters.available = False
        partners._tell()
        partners._tell()
        assert (self.hers.states, self.theirs[0].states, self.hers.frames) == (None, None, before + 1)
        self.rosters.available, self.rosters.topics[AWAY] = True, frozenset({2})
        self.rosters.topics[ONLINE] = frozenset({1, 2, 3})
        partners._tell()
        assert self.hers.states == {str(user): "offline" for user in self.PARTNERS} | {"2": "away", "3": "online"}
        assert self.theirs[0].states == {"1": "online"}
        assert self.hers.frames == before + 2
