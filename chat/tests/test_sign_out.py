"""Whose sockets are closed, and when, over real servers."""

import asyncio
import json
from contextlib import suppress
from uuid import uuid4

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.models import Session
from django.utils import timezone
from websockets.exceptions import ConnectionClosed

from accounts import sessions
from accounts.models import User
from accounts.signals import session_ended
from chat.models import Membership, Room
from chat.services import connections, site_bans
from chat.services.actor import SITE
from chat.tests.talk import bodies, bodies_in_order, in_thread, post
from project.testing.processes import Server
from project.testing.rows import Measured
from project.testing.sockets import Client, open_socket, session_cookie

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.row(29)
class TestSignOut:
    async def test_closes_that_sessions_sockets_alone(
        self, server: Server, measured: Measured, alice: User, general: Room
    ) -> None:
        cookie = await in_thread(session_cookie)(alice)
        async with open_socket(server, cookie) as here, Client(server, alice) as elsewhere:
            assert json.loads(await here.recv())[0]["type"] == "hello"
            with measured.time("closed", within=2):
                await in_thread(session_ended.send)(sender=User, user_id=alice.pk, session_key=cookie)
                await asyncio.wait_for(here.wait_closed(), 5)
            assert here.close_code == 4001
            assert await post(elsewhere, general, "Still here")

    async def test_a_session_that_an_administrator_ends_closes_its_sockets_alone(
        self, server: Server, measured: Measured, alice: User, general: Room
    ) -> None:
        cookie = await in_thread(session_cookie)(alice)
        noted = await UserSession.objects.acreate(user=alice, session_key=cookie, ip="127.0.0.1")
        async with open_socket(server, cookie) as here, Client(server, alice) as elsewhere:
            assert json.loads(await here.recv())[0]["type"] == "hello"
            with measured.time("closed", within=2):
                await in_thread(connections.end_session)(SITE, alice.pk, noted.pk)
                await asyncio.wait_for(here.wait_closed(), 5)
            assert here.close_code == 4001
            assert await post(elsewhere, general, "Still here")

    async def test_a_changed_password_closes_all(self, server: Server, measured: Measured, alice: User) -> None:
        async with Client(server, alice) as one, Client(server, alice) as other:
            with measured.time("closed", within=2):
                alice.set_password("another password")
                await alice.asave()
                assert await one.closed() == await other.closed() == 4001

    async def test_a_ban_closes_all_and_nothing_more_is_stored(
        self, server: Server, measured: Measured, bob: User, general: Room
    ) -> None:
        async with Client(server, bob) as one, Client(server, bob) as other:
            await post(one, general, "Before")
            with measured.time("closed", within=2):
                await in_thread(site_bans.ban)(SITE, bob.pk, reason="spam")
                with suppress(ConnectionClosed):
                    await one.ask("message.post", room=general.pk, client_id=str(uuid4()), body="After")
                assert await one.closed() == await other.closed() == 4001
        assert await bodies_in_order(general) == ["Before"]
        assert await in_thread(sessions.keys_of)(bob.pk) == []


class TestLostWord:
    """What happened in the database, of which no event told."""

    async def test_a_read_position_is_told(self, server: Server, alice: User, bob: User, general: Room) -> None:
        async with Client(server, alice) as a, Client(server, bob) as b:
            first, _second = await post(a, general, "One"), await post(a, general, "Two")
            await Membership.objects.filter(user=bob).aupdate(last_read=first["position"])
            moved = await b.event("read.moved")
            assert (moved["position"], moved["unread"]) == (first["position"], 1)
            assert not a.seen("read.moved")

    async def test_an_ended_session_closes_its_sockets(self, server: Server, alice: User, bob: User) -> None:
        cookie = await in_thread(session_cookie)(alice)
        async with open_socket(server, cookie) as ended, Client(server, alice) as elsewhere, Client(server, bob) as b:
            await Session.objects.filter(pk=cookie).adelete()
            await asyncio.wait_for(ended.wait_closed(), 5)
            assert ended.close_code == 4001
            for client in (elsewhere, b):
                await client.command("presence.touch")

    @pytest.mark.row(29)
    async def test_an_expired_session_closes_its_sockets(self, server: Server, measured: Measured, alice: User) -> None:
        async with Client(server, alice) as a:
            await Session.objects.aupdate(expire_date=timezone.now())
            with measured.time("expired", within=30):
                assert await a.closed(timeout=40) == 4001

    @pytest.mark.row(29)
    async def test_a_deactivated_account_closes_its_sockets(
        self, server: Server, measured: Measured, alice: User, bob: User
    ) -> None:
        async with Client(server, alice) as a, Client(server, bob) as b:
            await User.objects.filter(pk=alice.pk).aupdate(is_active=False)
            with measured.time("closed without a word", within=15):
                assert await a.closed(timeout=20) == 4001
            await b.command("presence.touch")

    @pytest.mark.row(29)
    async def test_nothing_is_stored_of_a_deactivated_account(self, server: Server, bob: User, general: Room) -> None:
        async with Client(server, bob) as b:
            await post(b, general, "Before")
            await User.objects.filter(pk=bob.pk).aupdate(is_active=False)
            await b.ask("message.post", room=general.pk, client_id=str(uuid4()), body="After")
            assert await b.closed() == 4001
        assert await bodies_in_order(general) == ["Before"]

    async def test_a_changed_password_closes_its_sockets(self, server: Server, alice: User) -> None:
        async with Client(server, alice) as a:
            await User.objects.filter(pk=alice.pk).aupdate(password=make_password("another password"))
            assert await a.closed() == 4001

    async def test_a_membership_that_came_or_went_is_found(
        self, server: Server, alice: User, bob: User, mallory: User, general: Room
    ) -> None:
        async with Client(server, alice) as a, Client(server, bob) as b, Client(server, mallory) as m:
            await Membership.objects.acreate(room=general, user=mallory, joined_at=timezone.now(), version=1)
            await Membership.objects.filter(user=bob).aupdate(left_at=timezone.now())
            await m.event("room.gained")
            await b.event("room.lost")
            posted = await post(a, general, "Hello")
            assert (await m.event("message.posted"))["message"] == posted
            assert bodies(b) == []
