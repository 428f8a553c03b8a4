"""Presence that outsiders and other members must not see."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from chat.models import Room
from chat.services.people.status import set_status
from chat.services.rooms import membership
from chat.tests.helpers.roster import counts, fetched_anew, has_counts, lists, turn_page
from chat.tests.helpers.talk import here, in_thread, open_room, shows, sidebar
from testing.in_process import InProcessServer
from testing.processes import Server
from testing.sockets import Client, Refused

pytestmark = pytest.mark.django_db(transaction=True)


class TestPrivacy:
    @pytest.mark.row(32)
    async def test_presence_of_private_rooms_never_reaches_an_outsider(
        self, server: Server, alice: User, bob: User, mallory: User, general: Room, secret: Room
    ) -> None:
        await in_thread(membership.join)(mallory, general.pk)
        async with Client(server, mallory) as m, Client(server, alice) as a:
            await m.command("directory.watch")
            await open_room(a, secret)
            assert "bob" in await turn_page(a, secret)
            for command in ("room.open", "roster.page"):
                with pytest.raises(Refused) as refused:
                    await m.command(command, room=secret.pk)
                assert refused.value.code == "not_found"
            await open_room(m, general)
            async with Client(server, bob) as b:
                await open_room(b, secret)
                await shows(a, lambda: here(a) == {"alice", "bob"})
                await shows(m, lambda: "bob" in sidebar(m))
                with pytest.raises(Refused):
                    await m.command("roster.page", room=secret.pk)
            await shows(a, lambda: here(a) == {"alice"})
            await shows(m, lambda: "bob" not in sidebar(m))
            told = [event for event in m.log if event["type"].startswith(("presence.", "directory."))]
            assert {event["room"] for event in told if "room" in event} == {general.pk}
            assert all(set(event["rooms"]) <= {str(general.pk)} for event in told if "rooms" in event)
            assert not any(
                person["here"] for event in told for person in event.get("people", []) if person["username"] == "bob"
            )

    async def test_a_former_member_is_told_no_more_presence_of_the_room(
        self, site: InProcessServer, alice: User, bob: User, secret: Room
    ) -> None:
        async with Client(site, alice) as a, Client(site, bob) as b:
            await open_room(a, secret)
            await open_room(b, secret)
            await shows(b, lambda: here(b) == {"alice", "bob"})
            await in_thread(membership.leave)(bob, secret.pk)
            await b.event("room.lost")
            b.log.clear()
            await a.command("room.close")
            await open_room(a, secret)
            with pytest.raises(Refused):
                await turn_page(b, secret)
            assert not [event for event in b.log if event["type"].startswith("presence.")]


class TestHidden:
    async def test_administrators_see_who_hides_where_the_site_says_so_and_nobody_else_does(
        self, servers: Callable[..., Server], alice: User, bob: User, mallory: User, general: Room
    ) -> None:
        await in_thread(membership.join)(mallory, general.pk)
        await in_thread(_make_administrator)(alice)
        server, discreet = servers(ROOMFUL_ADMINISTRATORS_SEE_HIDDEN="true"), servers()
        async with Client(server, alice) as a, Client(server, mallory) as m, Client(discreet, alice) as other:
            for client in (a, m, other):
                await open_room(client, general)
            for client in (m, other):
                await shows(client, has_counts(client, 2, 0, 0, 1))
                await shows(client, lists(client, general, 2))
            await in_thread(set_status)(bob, mode="invisible")
            m.log.clear()
            other.log.clear()
            async with Client(server, bob) as b:
                await open_room(b, general)
                await shows(a, lambda: "bob" in sidebar(a))
                seen = sidebar(a)["bob"]
                assert (seen["hidden"], seen["online"], seen["here"]) == (True, True, False)
                assert counts(a) == (2, 1, 0, 0)
                assert bob.pk in (await fetched_anew(server, alice, general))["people"]
            await shows(a, lambda: "bob" not in sidebar(a))
            for client in (m, other):
                assert not [event for event in client.log if event["type"].startswith("presence.")]
            unseen = (await fetched_anew(server, mallory, general))["people"][bob.pk]
            assert "hidden" not in unseen
            assert not unseen["online"]

    async def test_a_user_who_is_visible_again_is_seen_by_all(
        self, site: InProcessServer, settings: Any, alice: User, bob: User, general: Room
    ) -> None:
        settings.CHAT = {**settings.CHAT, "ADMINISTRATORS_SEE_HIDDEN": True}
        await in_thread(_make_administrator)(alice)
        await in_thread(set_status)(bob, mode="invisible")
        async with Client(site, alice) as a, Client(site, bob) as b:
            await open_room(a, general)
            await open_room(b, general)
            await shows(a, lambda: sidebar(a).get("bob", {}).get("hidden"))
            await b.command("status.set", mode="auto")
            await shows(a, lambda: here(a) == {"alice", "bob"})
            assert "hidden" not in sidebar(a)["bob"]


def _make_administrator(user: User) -> None:
    user.is_staff = True
    user.save()
