"""The roster: all members of a small room, and pages of a large one."""

import asyncio
import random
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from chat.models import Membership, Room
from chat.services.rooms import membership
from chat.tests.helpers.roster import counts, fetched_anew, has_counts, names, turn_page
from chat.tests.helpers.talk import here, in_thread, open_room, roster, shows, sidebar
from testing.in_process import InProcessServer
from testing.processes import Server, Valkey
from testing.sockets import Client, Refused

pytestmark = pytest.mark.django_db(transaction=True)

SMALL = {"ROOMFUL_ROSTER_LENGTH": "3"}  # rooms of more than three members are large


@pytest.fixture
def crowd(general: Room) -> list[User]:
    """Add a hundred and fifty members to Alice and Bob's room: person000 to person149."""
    people = User.objects.bulk_create(User(username=f"person{number:03}") for number in range(150))
    membership = {"room": general, "joined_at": timezone.now(), "version": general.version}
    Membership.objects.bulk_create(Membership(user=person, **membership) for person in people)
    return people


class TestWhole:
    async def test_a_small_room_has_everyone_in_groups_that_do_not_overlap(
        self, site: InProcessServer, alice: User, bob: User, mallory: User, general: Room
    ) -> None:
        await in_thread(membership.join)(mallory, general.pk)
        async with Client(site, bob), Client(site, alice) as a:
            await a.command("room.open", room=general.pk)
            snapshot = await a.event("presence.snapshot")
            assert snapshot["whole"]
            assert len(snapshot["people"]) == sum(snapshot["counts"].values()) == 3
            await shows(a, lambda: counts(a) == (1, 1, 0, 1))
            assert here(a) == {"alice"}
            assert set(sidebar(a)) == {"alice", "bob"}

    async def test_a_member_who_opens_the_room_later_gets_the_roster_in_order(
        self, site: InProcessServer, alice: User, bob: User, general: Room
    ) -> None:
        for name in ("zoe", "Carol"):
            await in_thread(membership.join)(await in_thread(User.objects.create_user)(name), general.pk)
        async with Client(site, bob) as b, Client(site, alice) as a:
            await open_room(b, general)
            await shows(b, lambda: counts(b) == (1, 1, 0, 2))
            await a.command("room.open", room=general.pk)
            assert names((await a.event("presence.snapshot"))["people"]) == ["bob", "alice", "Carol", "zoe"]

    async def test_members_come_with_their_presence_and_go_without_a_word(
        self, site: InProcessServer, alice: User, mallory: User, general: Room
    ) -> None:
        async with Client(site, alice) as a, Client(site, mallory) as m:
            await open_room(a, general)
            assert "mallory" not in sidebar(a)
            await m.command("room.join", room=general.pk)
            await shows(a, lambda: "mallory" in sidebar(a))
            await m.command("room.open", room=general.pk)
            await shows(a, lambda: here(a) == {"alice", "mallory"})
            await m.command("room.leave", room=general.pk)
            await a.event("member.left")
            await shows(a, lambda: counts(a) == (1, 0, 0, 1))
            left = next(number for number, event in enumerate(a.log) if event["type"] == "member.left")
            assert not any("mallory" in names(event.get("people", [])) for event in a.log[left:])
            assert mallory.pk not in (await fetched_anew(site, alice, general))["people"]

    async def test_a_room_that_outgrows_a_whole_roster_is_sent_again_as_a_page(
        self, site: InProcessServer, settings: Any, alice: User, bob: User, mallory: User, general: Room
    ) -> None:
        settings.CHAT = {**settings.CHAT, "ROSTER_LENGTH": 2}
        async with Client(site, alice) as a:
            await a.command("room.open", room=general.pk)
            assert (await a.event("presence.snapshot"))["whole"]
            await in_thread(membership.join)(mallory, general.pk)
            await a.event("presence.snapshot", whole=False)
            await in_thread(membership.leave)(mallory, general.pk)
            await a.event("presence.snapshot", whole=True)


class TestPages:
    @pytest.fixture(autouse=True)
    def _rooms_are_large(self, settings: Any) -> None:
        settings.CHAT = {**settings.CHAT, "ROSTER_LENGTH": int(SMALL["ROOMFUL_ROSTER_LENGTH"])}

    @pytest.fixture
    def server(self, servers: Callable[..., Server]) -> Server:
        return servers(**SMALL)

    @pytest.mark.usefixtures("crowd")
    async def test_a_large_room_comes_as_counts_and_the_first_page(
        self, site: InProcessServer, alice: User, general: Room
    ) -> None:
        async with Client(site, alice) as a:
            await a.command("room.open", room=general.pk)
            snapshot = await a.event("presence.snapshot")
            assert not snapshot["whole"]
            assert len(snapshot["people"]) == 100
            await shows(a, lambda: counts(a) == (1, 0, 0, 151))
            page = await a.command("roster.page", room=general.pk, offset=100)
            assert names(page["people"]) == [f"person{number:03}" for number in range(98, 150)]
            assert page["total"] == 152
            assert await turn_page(a, general, offset=152) == []

    @pytest.mark.usefixtures("crowd")
    async def test_people_are_found_by_the_beginning_of_a_name(
        self, site: InProcessServer, alice: User, bob: User, general: Room
    ) -> None:
        bob.display_name = "Robert Tables"
        await in_thread(bob.save)()
        async with Client(site, alice) as a:
            await open_room(a, general)
            for text in ("bo", "ROB", "tab", "robert t"):
                assert await turn_page(a, general, q=text) == ["bob"]
            assert await turn_page(a, general, q="ables") == []
            page = await a.command("roster.page", room=general.pk, q="person1", offset=40)
            assert (len(page["people"]), page["total"], sum(page["counts"].values())) == (10, 50, 152)

    async def test_only_members_on_the_shown_page_are_kept_live(
        self, site: InProcessServer, alice: User, bob: User, general: Room, crowd: list[User]
    ) -> None:
        on_it, off_it = crowd[10], crowd[140]
        async with Client(site, alice) as a, Client(site, bob) as b:
            await open_room(a, general)
            await open_room(b, general)
            await shows(a, lambda: here(a) == {"alice", "bob"})
            assert await turn_page(b, general, q=off_it.username) == [off_it.username]
            for client in (a, b):
                client.log.clear()
            async with Client(site, on_it), Client(site, off_it):
                await shows(a, lambda: counts(a)[1] == 2)
                await shows(b, lambda: counts(b)[1] == 2)
                assert set(roster(a)["people"]) == {on_it.pk}
                assert set(roster(b)["people"]) == {off_it.pk}

    async def test_a_tab_gets_pages_only_of_the_room_that_it_shows(
        self, site: InProcessServer, alice: User, bob: User, general: Room, secret: Room
    ) -> None:
        async with Client(site, alice) as a:
            await open_room(a, secret)
            assert set(await turn_page(a, secret)) == {"alice", "bob"}
            for room_id in (general.pk, 999_999):
                with pytest.raises(Refused) as refused:
                    await a.command("roster.page", room=room_id)
                assert refused.value.code == "not_found"
            await a.command("room.close")
            with pytest.raises(Refused) as refused:
                await a.command("roster.page", room=secret.pk)
            assert refused.value.code == "not_found"

    async def test_an_invalid_page_of_the_roster_is_refused(
        self, site: InProcessServer, alice: User, general: Room
    ) -> None:
        async with Client(site, alice) as a:
            await open_room(a, general)
            await turn_page(a, general, offset=0, q="x" * 100)
            bad: list[dict[str, Any]] = [{"offset": -1}, {"offset": 2**53}, {"offset": "1"}, {"q": "x" * 101}, {"q": 1}]
            for members in bad:
                with pytest.raises(Refused) as refused:
                    await turn_page(a, general, **members)
                assert refused.value.code == "bad_frame"

    async def test_the_roster_is_unavailable_without_redis(
        self, server: Server, valkey: Valkey, alice: User, general: Room
    ) -> None:
        async with Client(server, alice) as a:
            await open_room(a, general)
            valkey.stop()
            try:
                await a.event("presence.snapshot", known=False, counts=None)
                with pytest.raises(Refused) as refused:
                    await turn_page(a, general)
                assert (refused.value.code, refused.value.retry) == ("unavailable", True)
            finally:
                valkey.start()


@pytest.mark.parametrize("environment", [{}, SMALL], ids=["whole", "pages"])
async def test_a_snapshot_and_what_changed_since_are_a_new_snapshot(
    servers: Callable[..., Server],
    alice: User,
    bob: User,
    mallory: User,
    general: Room,
    environment: dict[str, str],
) -> None:
    # Over two servers, after random acts of users.
    others = [bob, mallory, *(await in_thread(_members)(general, "carol", "dave", "erin"))]
    both = [servers(**environment), servers(**environment)]
    chance = random.Random(4)
    async with AsyncExitStack() as stack:
        watching = [await stack.enter_async_context(Client(server, alice)) for server in both]
        for client in watching:
            await open_room(client, general)
        tabs: list[Client] = []
        for _ in range(40):
            await _do_something(chance, both, tabs, others, general)
        await asyncio.gather(*(tab.__aexit__() for tab in tabs))
        last_word = await stack.enter_async_context(Client(both[0], alice))
        await open_room(last_word, general)

        for server, client in zip(both, watching, strict=True):
            await shows(client, has_counts(client, 1, 0, 0))  # the others' lingers have ended
            anew = await fetched_anew(server, alice, general)
            assert roster(client)["counts"] == anew["counts"]
            known = roster(client)["people"]
            assert known == {
                user: person for user, person in anew["people"].items() if environment == {} or user in known
            }


def _members(room: Room, *usernames: str) -> list[User]:
    people = [User.objects.create_user(username) for username in usernames]
    for person in people:
        membership.join(person, room.pk)
    return people


async def _do_something(
    chance: random.Random, servers: list[Server], tabs: list[Client], people: list[User], room: Room
) -> None:
    act = chance.choice(["come", "come", "go", "open", "open", "close", "join", "leave"])
    tab = chance.choice(tabs) if tabs else None
    if tab is None or act == "come":
        tabs.append(await Client(chance.choice(servers), chance.choice(people)).__aenter__())
    elif act == "go":
        tabs.remove(tab)
        await tab.__aexit__()
    else:
        members = {} if act == "close" else {"room": room.pk}
        with suppress(Refused):  # opening or leaving a room without being a member
            await tab.command(f"room.{act}", **members)
