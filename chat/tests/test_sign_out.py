"""Sockets that are closed after signing out, and their timing, over real servers."""

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from uuid import uuid4

import pytest
from allauth.account.internal.flows.password_reset_by_code import PASSWORD_RESET_VERIFICATION_SESSION_KEY
from allauth.usersessions.models import UserSession
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.models import Session
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone
from websockets.exceptions import ConnectionClosed, InvalidStatus

from accounts.models import User
from accounts.sessions import sessions
from chat.models import Membership, Room
from chat.permissions.actor import SITE
from chat.services.site import bans
from chat.services.site import sessions as user_sessions
from chat.tests.helpers.talk import bodies, bodies_in_order, in_thread, post
from testing.machine import patience
from testing.processes import Server
from testing.rows import Measured
from testing.sockets import Client, open_socket, session_cookie

pytestmark = pytest.mark.django_db(transaction=True)


Act = Callable[[Browser, Browser, User], Any]


def browser_of(user: User) -> Browser:
    browser = Browser()
    browser.force_login(user)
    return browser


def key_of(browser: Browser) -> str:
    return str(browser.session.session_key)


def sign_out(here: Browser, elsewhere: Browser, user: User) -> None:
    here.post(reverse("account_logout"))


def end_from_elsewhere(here: Browser, elsewhere: Browser, user: User) -> None:
    noted = UserSession.objects.get(session_key=key_of(here))
    elsewhere.post(reverse("accounts:end-session", args=[noted.pk]))


def end_all_others(here: Browser, elsewhere: Browser, user: User) -> None:
    elsewhere.post(reverse("usersessions_list"))


def sign_in_as_somebody_else(here: Browser, elsewhere: Browser, user: User) -> None:
    here.force_login(User.objects.get(username="bob"))


def end_by_command(here: Browser, elsewhere: Browser, user: User) -> None:
    Session.objects.filter(pk=key_of(here)).delete()


def change_password(here: Browser, elsewhere: Browser, user: User) -> None:
    passwords = {"password1": "plovers at noon", "password2": "plovers at noon"}
    before = key_of(elsewhere)
    elsewhere.post(reverse("account_change_password"), {"oldpassword": "alice's password", **passwords})
    assert key_of(elsewhere) != before


def reset_password(here: Browser, elsewhere: Browser, user: User) -> None:
    stranger = Browser()
    stranger.post(reverse("account_reset_password"), {"email": user.email})
    code = stranger.session[PASSWORD_RESET_VERIFICATION_SESSION_KEY]["code"]
    stranger.post(reverse("account_confirm_password_reset_code"), {"code": code})
    passwords = {"password1": "plovers by night", "password2": "plovers by night"}
    stranger.post(reverse("account_complete_password_reset"), passwords)
    user.refresh_from_db()
    assert user.check_password("plovers by night")


def deactivate(here: Browser, elsewhere: Browser, user: User) -> None:
    user.is_active = False
    user.save()


ALONE: list[Act] = [sign_out, end_from_elsewhere, end_all_others, sign_in_as_somebody_else, end_by_command]
EVERYWHERE: list[Act] = [change_password, reset_password, deactivate]


@pytest.mark.row(29)
async def test_every_way_to_end_a_session_closes_its_sockets_and_stores_nothing_more(
    servers: Callable[..., Server], measured: Measured, alice: User, bob: User, general: Room
) -> None:
    server = servers(ROOMFUL_STANDING_MS="3600000")  # it gets the event, and does not check by itself
    for act in [*ALONE, *EVERYWHERE]:
        await alice.arefresh_from_db()
        here, elsewhere = await in_thread(browser_of)(alice), await in_thread(browser_of)(alice)
        keys = [await in_thread(key_of)(browser) for browser in (here, elsewhere)]
        one, other = (Client(server, alice, cookie=key) for key in keys)
        async with one, other:
            await post(one, general, "Before")
            with measured.time(act.__name__, within=2):
                await in_thread(act)(here, elsewhere, alice)
                with suppress(ConnectionClosed):
                    await one.ask("message.post", room=general.pk, client_id=str(uuid4()), body=act.__name__)
                assert await one.closed() == 4001, act.__name__
            if act in ALONE:
                assert await post(other, general, "Before"), act.__name__
            else:
                assert await other.closed() == 4001, act.__name__
    assert set(await bodies_in_order(general)) == {"Before"}


@pytest.mark.row(29)
async def test_a_user_who_changes_the_password_goes_on_in_the_new_session(
    server: Server, alice: User, general: Room
) -> None:
    here, elsewhere = await in_thread(browser_of)(alice), await in_thread(browser_of)(alice)
    await in_thread(change_password)(here, elsewhere, alice)
    async with Client(server, alice, cookie=await in_thread(key_of)(elsewhere)) as client:
        assert await post(client, general, "Here again")
    with pytest.raises(InvalidStatus):
        await open_socket(server, await in_thread(key_of)(here))


@pytest.mark.row(29)
class TestSignOut:
    async def test_a_session_that_an_administrator_ends_closes_its_sockets_alone(
        self, server: Server, measured: Measured, alice: User, general: Room
    ) -> None:
        cookie = await in_thread(session_cookie)(alice)
        noted = await UserSession.objects.aget(session_key=cookie)
        async with open_socket(server, cookie) as here, Client(server, alice) as elsewhere:
            assert json.loads(await here.recv())[0]["type"] == "hello"
            with measured.time("closed", within=2):
                await in_thread(user_sessions.end_session)(SITE, alice.pk, noted.pk)
                await asyncio.wait_for(here.wait_closed(), patience(5))
            assert here.close_code == 4001
            assert await post(elsewhere, general, "Still here")

    async def test_a_ban_closes_all_and_nothing_more_is_stored(
        self, server: Server, measured: Measured, bob: User, general: Room
    ) -> None:
        async with Client(server, bob) as one, Client(server, bob) as other:
            await post(one, general, "Before")
            with measured.time("closed", within=2):
                await in_thread(bans.ban)(SITE, bob.pk, reason="spam")
                with suppress(ConnectionClosed):
                    await one.ask("message.post", room=general.pk, client_id=str(uuid4()), body="After")
                assert await one.closed() == await other.closed() == 4001
        assert await bodies_in_order(general) == ["Before"]
        assert await in_thread(sessions.keys_of)(bob.pk) == []


class TestLostWord:
    """Changes in the database without an event."""

    async def test_a_read_position_that_changed_without_an_event_is_found_and_told(
        self, server: Server, alice: User, bob: User, general: Room
    ) -> None:
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
            await asyncio.wait_for(ended.wait_closed(), patience(5))
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

    async def test_a_membership_that_began_or_ended_without_an_event_is_found(
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
