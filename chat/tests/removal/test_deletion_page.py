"""Forms on the page for deletion and retention."""

import pytest
from django.test import Client

from accounts.models import User
from chat.models import Room
from chat.tests.test_pages import signed_in
from chat.tests.test_room_pages import settings_of, text_of

pytestmark = pytest.mark.django_db


def test_an_owner_deletes_a_room_by_typing_its_name(alice: User, bob: User, general: Room) -> None:
    page = settings_of(general, "delete")
    assert signed_in(alice).post(page, {"name": "genera"}).status_code == 422
    assert signed_in(bob).post(page, {"name": "general"}).status_code == 403
    assert Room.objects.existing().filter(pk=general.pk).exists()
    answer = signed_in(alice).post(page, {"name": "#general", "reason": "Done"}, follow=True)
    assert "The room “general” was deleted." in text_of(answer)
    assert not Room.objects.existing().filter(pk=general.pk).exists()


def test_an_administrator_decides_how_long_messages_of_a_room_are_kept(
    client: Client, admin_user: User, alice: User, general: Room
) -> None:
    page = settings_of(general, "retain")
    client.force_login(admin_user)
    assert client.post(page, {"days": "0"}).status_code == 422
    assert signed_in(alice).post(page, {"days": "30"}).status_code == 403
    answer = client.post(page, {"days": "30"}, follow=True)
    assert answer.redirect_chain == [(settings_of(general, "removal"), 302)]
    assert len(list(answer.context["messages"])) == 1
    assert Room.objects.get(pk=general.pk).retention_days == 30
