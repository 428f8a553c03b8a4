from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from chat.demo.content import load
from chat.models import Membership, Message, Room

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def development(settings: Settings) -> None:
    settings.DEBUG = True


def demo() -> str:
    output = StringIO()
    call_command("demo", stdout=output)
    return output.getvalue()


def test_the_demo_makes_people_rooms_and_a_conversation_that_goes_on() -> None:
    demo()
    assert User.objects.count() == 7
    assert User.objects.administrators().get().name == "Ilse"
    assert set(Room.objects.values_list("kind", flat=True)) == {"public", "private"}
    assert Message.objects.count() >= 120
    assert set(Message.objects.values_list("kind", flat=True)) == {"text", "action", "notice"}
    latest = Message.objects.latest("created_at")
    assert 0 < (timezone.now() - latest.created_at).total_seconds() < 10 * 60


def test_the_demo_has_an_announcements_room_and_newcomers_join_the_default_rooms() -> None:
    demo()
    announcements = Room.objects.get(name="announcements")
    assert announcements.is_read_only
    assert announcements.emoji == "📣"
    carol = User.objects.create_user("carol")
    assert {room.name for room in Room.objects.of(carol)} == {"announcements", "general"}


def test_messages_stand_in_the_order_in_which_they_were_said() -> None:
    demo()
    for room in Room.objects.all():
        said = list(room.messages.order_by("position").values_list("created_at", flat=True))
        assert said == sorted(said)


def test_unread_counts_differ_from_person_to_person() -> None:
    demo()
    unread = {
        name: sum(membership.unread for membership in Membership.objects.filter(user__username=name).with_unread())
        for name in ("ilse", "noor", "tomasz")
    }
    assert unread["tomasz"] < unread["ilse"]
    assert len(set(unread.values())) == 3


def test_the_demo_prints_how_to_sign_in(client: Client) -> None:
    printed = demo()
    password = load().password
    assert password in printed
    assert "noor" in printed
    client.post(reverse("account_login"), {"login": "noor", "password": password})
    assert "_auth_user_id" in client.session


def test_running_the_demo_twice_adds_nothing_and_prints_the_same() -> None:
    printed = demo()
    before = User.objects.count(), Room.objects.count(), Message.objects.count()
    assert demo() == printed
    assert (User.objects.count(), Room.objects.count(), Message.objects.count()) == before


def test_the_demo_leaves_people_and_rooms_of_the_same_names_alone() -> None:
    noor = User.objects.create_user("Noor", "noor@example.org", "noor's password")
    general = Room.objects.create(name="General")
    assert "noor-2" in demo()
    assert not noor.memberships.exists()
    assert not general.messages.exists()


def test_the_demo_is_refused_outside_of_development(settings: Settings) -> None:
    settings.DEBUG = False
    with pytest.raises(CommandError, match="ROOMFUL_DEBUG"):
        demo()
    assert not User.objects.exists()
