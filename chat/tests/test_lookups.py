"""What pages ask for while they are open."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from chat import events
from chat.errors import NotFound
from chat.models import Message, Room
from chat.services import directs, editing, messages, moderation, pins, roles, rooms, threads
from chat.services.actor import Actor
from chat.services.people import note_time_zone
from chat.services.status import note_last_seen, set_status

pytestmark = pytest.mark.django_db(transaction=True)


def say(author: User, room: Room, body: str = "Hello", **details: Any) -> Message:
    return messages.post_message(author, room.pk, body=body, client_id=uuid4(), **details)


def ask(user: User, name: str, *ids: int, **query: Any) -> Any:
    """The answer, or its status where it is an error."""
    client = Client()
    client.force_login(user)
    answer = client.get(reverse(f"chat:{name}", args=ids), query)
    return answer.json() if answer.status_code == 200 else answer.status_code


def bodies(page: dict[str, Any]) -> list[str]:
    return [message["body"] for message in page["messages"]]


@pytest.fixture
def root(alice: User, bob: User, general: Room) -> Message:
    """With three replies of Bob's."""
    root = say(alice, general, "What do you think?")
    for number in range(3):
        say(bob, general, f"Reply {number}", thread=root.pk)
    return root


@pytest.fixture
def _short_pages(settings: Any) -> None:
    settings.CHAT = {**settings.CHAT, "PAGE_LENGTH": 4}


def test_outsiders_are_told_nothing(alice: User, mallory: User, secret: Room) -> None:
    root = say(alice, secret)
    say(alice, secret, thread=root.pk)
    addresses: list[tuple[str, list[int], dict[str, int]]] = [
        ("history", [], {"before": 99}),
        ("history", [], {"around": 1}),
        ("thread", [root.pk], {}),
        ("edits", [root.pk], {}),
        ("pins", [], {}),
        ("threads", [], {}),
        ("members", [], {}),
    ]
    for name, ids, query in addresses:
        assert isinstance(ask(alice, name, secret.pk, *ids, **query), dict)
        assert ask(mallory, name, secret.pk, *ids, **query) == ask(mallory, name, 999_999, *ids, **query) == 404


def test_the_thread_and_edits_of_a_message_are_found_only_in_its_room(
    alice: User, general: Room, secret: Room, root: Message
) -> None:
    assert ask(alice, "thread", general.pk, root.pk)["root"]["id"] == root.pk
    assert ask(alice, "thread", secret.pk, root.pk) == ask(alice, "edits", secret.pk, root.pk) == 404


class TestHistory:
    def test_history_has_no_replies(self, alice: User, general: Room, root: Message) -> None:
        assert bodies(ask(alice, "history", general.pk, before=999))[-1] == "What do you think?"

    @pytest.mark.usefixtures("_short_pages")
    def test_history_around_a_position_has_both_sides(self, alice: User, general: Room) -> None:
        said = [say(alice, general, str(number)) for number in range(9)]
        page = ask(alice, "history", general.pk, around=said[4].position)
        assert (bodies(page), page["more"], page["later"]) == (["3", "4", "5", "6"], True, True)
        page = ask(alice, "history", general.pk, around=said[8].position)
        assert (bodies(page), page["more"], page["later"]) == (["7", "8"], True, False)

    @pytest.mark.parametrize("around", ["", "x", "-1", "9" * 30])
    def test_history_around_an_invalid_position_is_refused(self, alice: User, general: Room, around: str) -> None:
        assert ask(alice, "history", general.pk, around=1)["messages"]
        assert ask(alice, "history", general.pk, around=around) == ask(alice, "history", general.pk) == 400


class TestThreads:
    def test_a_thread_is_read_from_the_latest_reply_back(
        self, alice: User, general: Room, root: Message, settings: Any
    ) -> None:
        settings.CHAT = {**settings.CHAT, "PAGE_LENGTH": 2}
        page = ask(alice, "thread", general.pk, root.pk)
        assert (bodies(page), page["more"], page["root"]["replies"]["count"]) == (["Reply 1", "Reply 2"], True, 3)
        page = ask(alice, "thread", general.pk, root.pk, before=page["messages"][0]["position"])
        assert (bodies(page), page["more"]) == (["Reply 0"], False)

    def test_a_thread_says_how_far_the_user_has_read(
        self, alice: User, general: Room, root: Message, mallory: User
    ) -> None:
        assert ask(alice, "thread", general.pk, root.pk)["last_read"] == root.position
        rooms.join(mallory, general.pk)
        assert ask(mallory, "thread", general.pk, root.pk)["last_read"] is None

    def test_the_threads_of_a_user_are_listed_by_their_latest_reply(
        self, alice: User, bob: User, general: Room, root: Message, mallory: User
    ) -> None:
        other = say(bob, general, "Another thing")
        first = say(alice, general, thread=other.pk)
        found = ask(alice, "threads", general.pk)["threads"]
        assert [(entry["message"]["id"], entry["unread"]) for entry in found] == [(other.pk, 0), (root.pk, 3)]
        threads.mark_thread_read(alice, general.pk, root.pk, first.position)
        assert ask(alice, "threads", general.pk)["threads"][1]["unread"] == 0
        rooms.join(mallory, general.pk)
        assert ask(mallory, "threads", general.pk)["threads"] == []


def test_edits_say_what_a_message_said_before(alice: User, bob: User, general: Room) -> None:
    message = say(alice, general, "Helo")
    editing.edit_message(alice, general.pk, message.pk, "Hello")
    assert [edit["body"] for edit in ask(bob, "edits", general.pk, message.pk)["edits"]] == ["Helo"]
    editing.delete_message(alice, general.pk, message.pk)
    assert ask(bob, "edits", general.pk, message.pk)["edits"] == []


def test_pins_are_listed_the_latest_first(alice: User, bob: User, general: Room) -> None:
    first, second, _unpinned = say(alice, general, "1"), say(alice, general, "2"), say(alice, general, "3")
    for message in (second, first):
        pins.pin(bob, general.pk, message.pk)
    assert bodies(ask(alice, "pins", general.pk)) == ["1", "2"]


@pytest.mark.parametrize(
    ("text", "found"),
    [("b", ["bob"]), ("BO", ["bob"]), ("", ["alice", "bob"]), ("x\0", [])],
    ids=["b", "BO", "empty", "with NUL"],
)
def test_members_are_found_by_the_beginning_of_a_name(
    alice: User, mallory: User, general: Room, text: str, found: list[str]
) -> None:
    people = ask(alice, "members", general.pk, q=text)["people"]
    assert [person["username"] for person in people] == found


def test_members_are_found_by_any_word_of_their_names(alice: User, bob: User, general: Room) -> None:
    bob.display_name = "Robert Tables"
    bob.save()
    assert [person["name"] for person in ask(alice, "members", general.pk, q="tab")["people"]] == ["Robert Tables"]
    assert ask(alice, "members", general.pk, q="ables")["people"] == []


class TestAPersonsCard:
    def test_a_users_card_shows_their_status_time_zone_rooms_and_last_seen(
        self, alice: User, bob: User, general: Room, secret: Room
    ) -> None:
        set_status(bob, mode="away", text="On holiday")
        note_last_seen({bob.pk: timezone.now()})
        note_time_zone(bob, "Europe/Berlin")
        card = events.person_card(User.objects.select_related("status").get(pk=bob.pk))
        presence = {"online": False, "away": False}
        assert ask(alice, "person", bob.pk) == {
            **card,
            **presence,
            "time_zone": "Europe/Berlin",
            "rooms": ["general", "secret"],
        }
        assert card["last_seen"]

    def test_the_card_of_a_user_without_a_status_says_little(self, alice: User, bob: User, general: Room) -> None:
        nothing = {"online": False, "away": False, "time_zone": None, "rooms": ["general"]}
        assert ask(alice, "person", bob.pk) == {**events.user_card(bob), **nothing}
        assert ask(bob, "person", bob.pk) == ask(alice, "person", bob.pk)

    def test_a_users_card_names_only_rooms_shared_with_the_viewer(
        self, alice: User, bob: User, mallory: User, general: Room
    ) -> None:
        rooms.create_room(alice, "hers")
        rooms.create_room(bob, "his", kind=Room.Kind.PRIVATE)
        rooms.leave(mallory, rooms.join(mallory, general.pk).pk)
        assert ask(alice, "person", bob.pk)["rooms"] == ["general"]

    @pytest.mark.row(32)
    def test_a_users_card_is_shown_only_to_those_who_share_a_room(
        self, alice: User, bob: User, mallory: User, general: Room
    ) -> None:
        nobody = ask(mallory, "person", 10**9)
        assert ask(alice, "person", bob.pk)["rooms"] == ["general"]
        assert ask(mallory, "person", alice.pk) == ask(alice, "person", mallory.pk) == nobody == 404
        rooms.join(mallory, general.pk)
        assert ask(mallory, "person", alice.pk)["rooms"] == ["general"]
        rooms.leave(mallory, general.pk)
        assert ask(mallory, "person", alice.pk) == ask(alice, "person", mallory.pk) == 404

    @pytest.mark.row(32)
    def test_a_users_card_does_not_reveal_direct_conversations_to_others(
        self, alice: User, bob: User, mallory: User
    ) -> None:
        assert ask(bob, "person", alice.pk) == 404
        directs.open_direct(alice, [bob.pk])
        assert ask(bob, "person", alice.pk)["rooms"] == []  # they share one, which has no name
        assert ask(mallory, "person", alice.pk) == ask(mallory, "person", bob.pk) == 404

    def test_a_users_card_is_shown_to_that_user_and_to_administrators(self, alice: User, mallory: User) -> None:
        assert ask(alice, "person", alice.pk)["rooms"] == []
        assert ask(mallory, "person", alice.pk) == 404
        mallory.is_staff = True
        mallory.save()
        assert ask(mallory, "person", alice.pk)["rooms"] == []

    def test_a_users_card_says_that_presence_is_unknown_without_redis(
        self, alice: User, bob: User, general: Room, settings: Any
    ) -> None:
        note_last_seen({bob.pk: timezone.now()})
        assert ask(alice, "person", bob.pk)["last_seen"]
        settings.PRESENCE = {**settings.PRESENCE, "REDIS_URL": "redis://127.0.0.1:1/0"}
        card = ask(alice, "person", bob.pk)
        assert (card["online"], card["away"], card.get("last_seen")) == (None, None, None)


class TestPeople:
    def test_people_are_found_by_the_beginning_of_a_name(self, alice: User, bob: User, mallory: User) -> None:
        User.objects.filter(pk=bob.pk).update(display_name="Robert Malone")
        assert [user["username"] for user in ask(alice, "people", q="MAL")["people"]] == ["bob", "mallory"]
        assert ask(alice, "people", q="lory")["people"] == ask(alice, "people", q="%")["people"] == []

    def test_deactivated_people_are_not_found(self, alice: User, bob: User) -> None:
        assert ask(alice, "people", q="bob")["people"]
        User.objects.filter(pk=bob.pk).update(is_active=False)
        assert ask(alice, "people", q="bob")["people"] == []

    def test_people_are_found_and_written_to_only_once_their_address_is_confirmed(self, alice: User, bob: User) -> None:
        """Until then, who knows whether it is them."""
        EmailAddress.objects.filter(user=bob).update(verified=False)
        assert ask(alice, "people", q="bob")["people"] == []
        with pytest.raises(NotFound):
            directs.open_direct(alice, [bob.pk])
        EmailAddress.objects.filter(user=bob).update(verified=True)
        assert ask(alice, "people", q="bob")["people"]
        assert directs.open_direct(alice, [bob.pk])

    def test_the_search_for_people_reveals_only_their_names(self, alice: User, bob: User) -> None:
        set_status(bob, mode="dnd", text="In a meeting")
        note_last_seen({bob.pk: timezone.now()})
        assert ask(alice, "people", q="bob") == {"people": [{"id": bob.pk, "username": "bob", "name": "Bob"}]}

    def test_the_search_for_people_finds_ten_at_most(self, alice: User) -> None:
        User.objects.bulk_create(User(username=f"person-{number}") for number in range(12))
        assert len(ask(alice, "people", q="person")["people"]) == 10


class TestStanding:
    def standing(self, viewer: User, person: User, room: Room) -> dict[str, Any]:
        card = ask(viewer, "person", person.pk, room=room.pk)
        return {name: card[name] for name in ("role", "muted", "banned", "acts") if name in card}

    def test_members_see_the_roles_of_one_another(self, alice: User, bob: User, mallory: User, general: Room) -> None:
        rooms.join(mallory, rooms.create_room(bob, "elsewhere").pk)
        assert self.standing(bob, alice, general) == {"role": "owner"}
        assert self.standing(bob, mallory, general) == {"role": None}
        assert self.standing(mallory, bob, general) == {}
        assert ask(bob, "person", alice.pk, room=10**9) == ask(bob, "person", alice.pk)
        assert ask(bob, "person", alice.pk, room="x") == 400

    def test_moderators_see_what_they_may_do_to_a_member(self, alice: User, bob: User, general: Room) -> None:
        free: dict[str, Any] = {"muted": None, "banned": None}
        acts = ["mute", "remove", "ban", "role", "transfer"]
        assert self.standing(alice, bob, general) == {"role": "member", "acts": acts, **free}
        assert self.standing(alice, alice, general) == {"role": "owner", "acts": [], **free}
        roles.set_role(Actor(alice), general.pk, bob.pk, "moderator")
        assert self.standing(bob, alice, general) == {"role": "owner", "acts": [], **free}
        Room.objects.update(archived_at=timezone.now())
        assert self.standing(alice, bob, general)["acts"] == []

    def test_moderators_see_who_is_muted_and_who_is_banned(self, alice: User, bob: User, general: Room) -> None:
        until = timezone.now() + timedelta(hours=1)
        moderation.mute(Actor(alice), general.pk, bob.pk, until=until, reason="Be kind")
        standing = self.standing(alice, bob, general)
        assert standing["muted"] == {"until": until.isoformat().replace("+00:00", "Z"), "reason": "Be kind"}
        assert "unmute" in standing["acts"]
        assert "mute" not in standing["acts"]
        assert self.standing(bob, bob, general) == {"role": "member"}
        moderation.ban(Actor(alice), general.pk, bob.pk, reason="Spam")
        standing = self.standing(alice, bob, general)
        assert (standing["role"], standing["banned"]) == (None, {"until": None, "reason": "Spam"})
        assert standing["acts"] == ["unmute", "unban"]

    def test_the_card_of_a_former_member_shows_only_name_and_standing_and_only_to_moderators(
        self, alice: User, bob: User, mallory: User, general: Room
    ) -> None:
        note_last_seen({bob.pk: timezone.now()})
        moderation.remove_member(Actor(alice), general.pk, bob.pk)
        assert set(ask(alice, "person", bob.pk, room=general.pk)) == {
            *("id", "username", "name", "role", "muted", "banned", "acts")
        }
        assert ask(alice, "person", mallory.pk, room=general.pk) == 404
        rooms.join(mallory, general.pk)
        assert ask(mallory, "person", bob.pk, room=general.pk) == 404
