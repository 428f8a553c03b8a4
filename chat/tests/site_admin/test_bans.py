"""Bans from the site."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from chat.errors import Forbidden, Invalid, NotFound
from chat.models import Ban, Membership, Room
from chat.permissions.actor import SITE, Actor
from chat.services.site import bans
from chat.tests.helpers.site_admin import signed_in, text_of
from chat.tests.helpers.state import written

pytestmark = pytest.mark.django_db


class TestBan:
    def test_a_site_ban_deactivates_the_account_is_logged_and_can_be_lifted(
        self, by: Actor, admin: Client, alice: User, bob: User, general: Room
    ) -> None:
        his = signed_in(bob)
        answer = admin.post(reverse("chat:site-admin:ban", args=[bob.pk]), {"reason": "spam"})
        assert answer["Location"] == reverse("chat:site-admin:person", args=[bob.pk])
        assert not User.objects.get(pk=bob.pk).is_active
        assert Membership.objects.of(bob).exists()
        assert his.get("/").status_code == 302
        assert "spam" in text_of(admin, "person", bob.pk)
        admin.post(reverse("chat:site-admin:unban", args=[bob.pk]))
        assert User.objects.get(pk=bob.pk).is_active
        assert his.get("/").status_code == 302  # a session does not come back
        entries = written().values_list("act", "actor_name", "person_name", "reason", "address")
        assert list(entries) == [
            ("person.banned", "admin", "bob", "spam", "127.0.0.1"),
            ("person.unbanned", "admin", "bob", "", "127.0.0.1"),
        ]

    def test_a_banned_user_is_told_why_only_with_the_right_password(self, by: Actor, bob: User) -> None:
        bans.ban(by, bob.pk, reason="Advertising, again and again")
        client = Client()
        assert "Advertising" not in client.get(reverse("account_inactive")).content.decode()
        wrong = client.post(reverse("account_login"), {"login": "bob", "password": "a guess"}, follow=True)
        assert "Advertising" not in wrong.content.decode()
        right = client.post(reverse("account_login"), {"login": "bob", "password": "bob's password"}, follow=True)
        assert "Advertising, again and again" in right.content.decode()
        assert "_auth_user_id" not in client.session

    def test_a_second_site_ban_has_the_new_reason(self, by: Actor, bob: User) -> None:
        bans.ban(by, bob.pk, reason="one")
        bans.ban(by, bob.pk, reason="two")
        assert Ban.objects.get().reason == "two"

    def test_administrators_oneself_and_missing_users_cannot_be_banned(
        self, by: Actor, bob: User, mallory: User
    ) -> None:
        assert by.user
        User.objects.filter(pk=bob.pk).update(is_staff=True)
        for person in (bob.pk, by.user.pk):
            with pytest.raises(Forbidden):
                bans.ban(by, person)
        with pytest.raises(NotFound):
            bans.ban(by, 999)
        with pytest.raises(NotFound):
            bans.ban(Actor(bob), 999)
        with pytest.raises(NotFound):
            bans.ban(Actor(mallory), bob.pk)
        assert not Ban.objects.exists()
        assert not written().exists()

    def test_lifting_a_ban_that_does_not_exist_is_refused(self, by: Actor, bob: User) -> None:
        with pytest.raises(Invalid):
            bans.unban(by, bob.pk)

    def test_a_ban_by_the_site_itself_has_no_actor(self, bob: User) -> None:
        bans.ban(SITE, bob.pk)
        assert written().get().actor_name == ""
