"""Whose sockets are closed, and when, over real servers."""

import asyncio
import json

import pytest
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts.models import User
from accounts.signals import session_ended
from chat.models import Membership, Room
from chat.tests.talk import (
    bodies,
    in_thread,
    post,
)
from project.testing.processes import Server
from project.testing.sockets import Client, open_socket, session_cookie

pytestmark = pytest.mark.django_db(transaction=True)


class TestSignOut:
    async def test_closes_that_sessions_sockets_alone(self, server: Server, alice: User, general: Room) -> None:
        cookie = await in_thread(session_cookie)(alice)
        async with open_socket(server, cookie) as here, Client(server, alice) as elsewhere:
            assert json.loads(await here.recv())[0]["type"] == "hello"
            await in_thread(session_ended.send)(sender=User, user_id=alice.pk, session_key=cookie)
            await asyncio.wait_for(here.wait_closed(), 5)
            assert here.close_code == 4001
            assert await post(elsewhere, general, "Still here")

    async def test_a_changed_password_closes_all(self, server: Server, alice: User) -> None:
        async with Client(server, alice) as one, Client(server, alice) as other:
            alice.set_password("another password")
            await alice.asave()
            assert await one.closed() == await other.closed() == 4001


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

    async def test_an_expired_session_closes_its_sockets(self, server: Server, alice: User) -> None:
        async with Client(server, alice) as a:
            await Session.objects.aupdate(expire_date=timezone.now())
            assert await a.closed() == 4001

    async def test_a_deactivated_account_closes_its_sockets(self, server: Server, alice: User, bob: User) -> None:
        async with Client(server, alice) as a, Client(server, bob) as b:
            await User.objects.filter(pk=alice.pk).aupdate(is_active=False)
            assert await a.closed() == 4001
            await b.command("presence.touch")

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
