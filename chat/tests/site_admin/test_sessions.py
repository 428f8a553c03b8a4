"""Sessions of users that administrators end."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.sessions import sessions
from chat.errors import Forbidden, NotFound
from chat.permissions.actor import Actor
from chat.services.site import sessions as user_sessions
from chat.tests.helpers.site_admin import signed_in
from chat.tests.helpers.state import written

pytestmark = pytest.mark.django_db


class TestSessions:
    def test_ending_one_session_of_a_user_is_logged(self, admin: Client, bob: User) -> None:
        one, other = signed_in(bob), signed_in(bob)
        ended = next(each for each in sessions.of(bob) if each.session_key == one.session.session_key)
        admin.post(reverse("chat:site-admin:end-session", args=[bob.pk, ended.pk]))
        assert (one.get("/").status_code, other.get("/").status_code) == (302, 200)
        assert written().get().act == "connection.ended"

    def test_a_session_of_another_user_is_not_found(self, by: Actor, alice: User, bob: User) -> None:
        signed_in(alice)
        [hers] = sessions.of(alice)
        with pytest.raises(NotFound):
            user_sessions.end_session(by, bob.pk, hers.pk)
        user_sessions.end_session(by, alice.pk, hers.pk)
        assert sessions.of(alice) == []

    def test_all_sessions_of_a_user_end_together(self, admin: Client, alice: User, bob: User) -> None:
        signed_in(bob), signed_in(bob), signed_in(alice)
        admin.post(reverse("chat:site-admin:end-sessions", args=[bob.pk]))
        assert (sessions.of(bob), len(sessions.of(alice))) == ([], 1)

    def test_administrators_end_their_own_sessions_and_not_those_of_other_administrators(
        self, by: Actor, bob: User
    ) -> None:
        assert by.user
        User.objects.filter(pk=bob.pk).update(is_staff=True)
        user_sessions.end_sessions(by, by.user.pk)
        with pytest.raises(Forbidden):
            user_sessions.end_sessions(by, bob.pk)
        with pytest.raises(Forbidden):
            user_sessions.disconnect(by, "a" * 32, bob.pk)
