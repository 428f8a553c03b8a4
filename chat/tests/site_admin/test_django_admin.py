"""Accounts in Django's admin: changes are logged, and bans use the same services."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from chat.models import AuditEntry, Ban
from chat.permissions.actor import Actor
from chat.services.site import bans

pytestmark = pytest.mark.django_db


class TestDjangosAdmin:
    def change(self, client: Client, user: User, **fields: str) -> None:
        form = {"username": user.username, "email": user.email, "display_name": user.name, "is_active": "on"}
        assert client.post(reverse("admin:accounts_user_change", args=[user.pk]), form | fields).status_code == 302

    def latest(self) -> AuditEntry:
        return AuditEntry.objects.latest("pk")

    def test_a_change_of_an_account_in_the_admin_is_logged(self, admin: Client, bob: User) -> None:
        self.change(admin, bob, is_staff="on")
        entry = self.latest()
        assert (entry.act, entry.actor_name, entry.person_name, entry.address) == (
            "person.changed",
            "admin",
            "bob",
            "127.0.0.1",
        )
        assert entry.details == {"how": "changed", "fields": ["Staff status"]}

    def test_a_change_of_a_password_in_the_admin_is_logged_without_the_password(self, admin: Client, bob: User) -> None:
        passwords = {"usable_password": "true", "password1": "plovers at noon", "password2": "plovers at noon"}
        admin.post(reverse("admin:auth_user_password_change", args=[bob.pk]), passwords)
        assert User.objects.get(pk=bob.pk).check_password("plovers at noon")
        assert self.latest().details == {"how": "changed", "fields": ["password"]}

    def test_a_deletion_of_an_account_in_the_admin_is_logged(self, admin: Client, bob: User) -> None:
        admin.post(reverse("admin:accounts_user_delete", args=[bob.pk]), {"post": "yes"})
        assert User.objects.get(pk=bob.pk).deleted_at
        deleted, changed = AuditEntry.objects.order_by("-pk")[:2]
        assert (deleted.act, deleted.actor_name, deleted.person_name) == ("person.deleted", "admin", "bob")
        assert (changed.person_name, changed.details["how"]) == ("bob", "deleted")

    def test_making_a_banned_account_active_in_the_admin_lifts_the_ban(
        self, admin: Client, by: Actor, bob: User
    ) -> None:
        bans.ban(by, bob.pk)
        self.change(admin, bob)
        assert not Ban.objects.exists()
        assert self.latest().act == "person.unbanned"

    def test_the_admin_bans_and_lifts_bans_through_the_services(
        self, admin: Client, admin_user: User, bob: User
    ) -> None:
        page = reverse("admin:accounts_user_changelist")
        chosen = {"_selected_action": [bob.pk, admin_user.pk], "reason": "spam"}
        text = admin.post(page, chosen | {"action": "ban"}, follow=True).content.decode()
        assert "Admin: You can’t do that to yourself." in text
        assert '<li class="success">Bob</li>' in text
        assert (Ban.objects.get().user, Ban.objects.get().reason) == (bob, "spam")
        admin.post(page, chosen | {"action": "unban"})
        assert User.objects.get(pk=bob.pk).is_active
