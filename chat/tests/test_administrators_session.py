"""Rights of an administrator exist only in a session that has shown a second factor, if the site requires one."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from chat.errors import Forbidden, NotFound
from chat.models import Room
from chat.permissions.actor import Actor
from chat.permissions.acts import ADMINISTRATOR, Act
from chat.permissions.roles import roles_of
from chat.services.moderation import mutes
from chat.services.people.status import set_status
from chat.services.rooms import membership
from chat.services.shared.locking import authorise, locked_room
from chat.services.site import announcements
from chat.tests.helpers.talk import in_thread, open_room, post, shows, sidebar
from conftest import make_person
from testing.in_process import InProcessServer
from testing.sockets import Client, Refused, session_cookie

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _demanded(settings: Any) -> None:
    settings.ADMIN_SECOND_FACTOR = True


@pytest.fixture
def boss(general: Room) -> User:
    """Create an administrator who is a plain member of Alice's room."""
    person = make_person("boss", "Boss")
    User.objects.filter(pk=person.pk).update(is_staff=True)
    membership.join(person, general.pk)
    return User.objects.get(pk=person.pk)


def show_factor(cookie: str) -> None:
    session = SessionStore(cookie)
    session["account_authentication_methods"] = [{"method": "mfa", "type": "totp", "at": 0}]
    session.save()


def browser(cookie: str) -> Browser:
    client = Browser()
    client.cookies["sessionid"] = cookie
    return client


@pytest.mark.django_db
class TestServices:
    def test_without_a_second_factor_an_administrator_has_the_roles_of_a_member(
        self, boss: User, bob: User, general: Room
    ) -> None:
        room = locked_room(general.pk)
        assert roles_of(Actor(boss, has_shown_factor=True), room) == {"member", ADMINISTRATOR}
        assert roles_of(Actor(boss), room) == {"member"}
        assert authorise(Actor(boss, has_shown_factor=True), room, Act.DELETE_ANY)
        with pytest.raises(Forbidden):
            authorise(Actor(boss), room, Act.DELETE_ANY)

    def test_without_a_second_factor_an_administrator_does_nothing_to_the_site(self, boss: User) -> None:
        assert announcements.announce(Actor(boss, has_shown_factor=True), "Tea at four")
        with pytest.raises(NotFound):
            announcements.announce(Actor(boss), "Tea at five")

    def test_moderators_do_not_act_on_an_administrator_in_whatever_session(
        self, alice: User, bob: User, boss: User, general: Room
    ) -> None:
        mutes.mute(Actor(alice), general.pk, bob.pk, until=timezone.now() + HOUR)
        with pytest.raises(Forbidden):
            mutes.mute(Actor(alice), general.pk, boss.pk, until=timezone.now() + HOUR)


@pytest.mark.django_db
class TestPages:
    def test_a_page_offers_the_acts_of_an_administrator_only_after_the_second_factor(
        self, boss: User, general: Room
    ) -> None:
        room = reverse("chat:room", args=[general.pk])
        for shown in (False, True):
            answer = browser(session_cookie(boss, has_shown_factor=shown)).get(room)
            assert answer.context["state"]["administrator"] is shown

    def test_the_card_of_a_stranger_is_for_administrators_who_have_shown_their_second_factor(
        self, boss: User, mallory: User
    ) -> None:
        card = reverse("chat:person", args=[mallory.pk])
        assert browser(session_cookie(boss, has_shown_factor=True)).get(card).status_code == 200
        assert browser(session_cookie(boss)).get(card).status_code == 404


@pytest.mark.django_db(transaction=True)
class TestSocket:
    async def test_an_open_socket_has_the_rights_that_its_session_has_at_each_command(
        self, site: InProcessServer, alice: User, bob: User, boss: User, general: Room
    ) -> None:
        cookie = await in_thread(session_cookie)(boss)
        async with Client(site, boss, cookie=cookie) as socket:
            with pytest.raises(Refused) as refused:
                await socket.command("room.lock", room=general.pk)
            assert refused.value.code == "forbidden"
            await in_thread(show_factor)(cookie)
            await socket.command("room.lock", room=general.pk)
        async with Client(site, boss) as other:
            with pytest.raises(Refused):
                await other.command("room.unlock", room=general.pk)

    async def test_who_hides_is_shown_only_in_a_session_with_a_second_factor(
        self, site: InProcessServer, settings: Any, bob: User, boss: User, general: Room
    ) -> None:
        settings.CHAT = {**settings.CHAT, "ADMINISTRATORS_SEE_HIDDEN": True}
        await in_thread(set_status)(bob, mode="invisible")
        shown = await in_thread(session_cookie)(boss, has_shown_factor=True)
        async with Client(site, bob) as b, Client(site, boss, cookie=shown) as s, Client(site, boss) as without:
            await open_room(b, general)
            for client in (s, without):
                await open_room(client, general)
            await shows(s, lambda: sidebar(s).get("bob", {}).get("hidden"))
            assert not sidebar(without).get("bob", {}).get("hidden")

    async def test_waiting_reports_are_counted_only_in_a_session_with_a_second_factor(
        self, site: InProcessServer, alice: User, bob: User, boss: User, general: Room
    ) -> None:
        shown = await in_thread(session_cookie)(boss, has_shown_factor=True)
        async with (
            Client(site, alice) as a,
            Client(site, bob) as b,
            Client(site, boss, cookie=shown) as s,
            Client(site, boss) as without,
        ):
            message = await post(a, general, "Rude words")
            await b.command("message.report", room=general.pk, message=message["id"], reason="Rude")
            await s.event("reports.counted", open=1)
            await a.event("reports.counted", open=1)
            await without.command("presence.touch")
            assert not without.seen("reports.counted")
