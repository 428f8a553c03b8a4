"""JSON endpoints for people: cards, search, and the standing of a member in a room."""

from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.utils import timezone

from accounts.models import User
from chat.errors import NotFound
from chat.models import Room
from chat.permissions.actor import Actor
from chat.protocol import events
from chat.services.moderation import moderation, mutes, roles
from chat.services.people.profiles import note_time_zone
from chat.services.people.status import note_last_seen, set_status
from chat.services.rooms import directs, membership
from chat.tests.helpers.lookups import ask

pytestmark = pytest.mark.django_db(transaction=True)


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
        membership.create_room(alice, "hers")
        membership.create_room(bob, "his", kind=Room.Kind.PRIVATE)
        membership.leave(mallory, membership.join(mallory, general.pk).pk)
        assert ask(alice, "person", bob.pk)["rooms"] == ["general"]

    @pytest.mark.row(32)
    def test_a_users_card_is_shown_only_to_those_who_share_a_room(
        self, alice: User, bob: User, mallory: User, general: Room
    ) -> None:
        nobody = ask(mallory, "person", 10**9)
        assert ask(alice, "person", bob.pk)["rooms"] == ["general"]
        assert ask(mallory, "person", alice.pk) == ask(alice, "person", mallory.pk) == nobody == 404
        membership.join(mallory, general.pk)
        assert ask(mallory, "person", alice.pk)["rooms"] == ["general"]
        membership.leave(mallory, general.pk)
        assert ask(mallory, "person", alice.pk) == ask(alice, "person", mallory.pk) == 404

    @pytest.mark.row(32)
    def test_a_users_card_does_not_reveal_direct_conversations_to_others(
        self, alice: User, bob: User, mallory: User
    ) -> None:
        assert ask(bob, "person", alice.pk) == 404
        directs.open_direct(alice, [bob.pk])
        assert ask(bob, "person", alice.pk)["rooms"] == []  # they share one room, which has no name
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
        # An unconfirmed address proves nothing about its owner.
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
        membership.join(mallory, membership.create_room(bob, "elsewhere").pk)
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
        mutes.mute(Actor(alice), general.pk, bob.pk, until=until, reason="Be kind")
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
        membership.join(mallory, general.pk)
        assert ask(mallory, "person", bob.pk, room=general.pk) == 404
