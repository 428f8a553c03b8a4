"""Names of rooms: look-alikes, and search."""

import pytest
from django.db import connection

from accounts.models import User
from chat.errors import Invalid
from chat.models import Room
from chat.permissions.actor import Actor
from chat.queries import directory
from chat.services.rooms import membership
from chat.services.rooms import settings as room_settings
from chat.services.rooms.names import fill_in_keys, lacks_keys, room_of
from chat.tests.test_services import refuses

pytestmark = pytest.mark.django_db


class TestLookAlikes:
    @pytest.mark.parametrize(
        "name",
        [
            "gеneral",
            "genera1",
            "GENERAL",
            "ｇｅｎｅｒａｌ",
            "gen\u0435r\u0430l",
            "\u0261eneral",
            "gene\U0001d5cbal",
            "gener\u0251l",
        ],
        ids=ascii,
    )
    def test_a_public_room_whose_name_looks_like_anothers_is_refused(
        self, mallory: User, general: Room, name: str
    ) -> None:
        other = membership.create_room(mallory, "generals")
        assert refuses(Invalid, membership.create_room, mallory, name)
        assert refuses(Invalid, room_settings.change_settings, other.pk, by=Actor(mallory), name=name)
        assert Room.objects.public().count() == 2

    def test_names_that_differ_in_joiners_alone_look_alike(self, alice: User, mallory: User) -> None:
        assert membership.create_room(alice, "می\u200cخواهم")
        assert membership.create_room(alice, "❤\ufe0f")
        assert refuses(Invalid, membership.create_room, mallory, "میخواهم")
        assert refuses(Invalid, membership.create_room, mallory, "❤")

    def test_typing_a_look_alike_leads_into_no_room(self, mallory: User, general: Room) -> None:
        assert membership.go_to(mallory, "GENERAL") == general
        assert refuses(Invalid, membership.go_to, mallory, "g\u0435neral")

    def test_private_rooms_may_look_alike_until_they_become_public(self, alice: User, general: Room) -> None:
        private = membership.create_room(alice, "g\u0435neral", kind=Room.Kind.PRIVATE)
        assert refuses(Invalid, room_settings.change_settings, private.pk, by=Actor(alice), kind="public")
        room_settings.change_settings(general.pk, by=Actor(alice), name="lobby")
        assert room_settings.change_settings(private.pk, by=Actor(alice), kind="public").kind == "public"

    @pytest.mark.parametrize("name", ["Ольга", "Ärzte", "straße", "Γνώση"])
    def test_a_room_is_found_by_its_name_in_any_case_of_any_script(self, alice: User, bob: User, name: str) -> None:
        room = membership.go_to(alice, name)
        assert membership.go_to(bob, name.upper()) == membership.go_to(bob, name.lower()) == room
        room_settings.change_settings(room.pk, by=Actor(alice), name="lobby")
        assert membership.go_to(bob, name.upper()) == room

    def test_of_two_names_that_differ_in_case_alone_the_typed_one_is_meant(self, alice: User, bob: User) -> None:
        # On SQLite, public rooms could get such names if their letters are not ASCII.
        first, second = membership.create_room(alice, "Ärzte"), membership.create_room(bob, "other")
        digests = {"folded_name": f"{first.folded_name} {second.pk}", "look": f"{first.look} {second.pk}"}
        if connection.vendor == "sqlite":
            Room.objects.filter(pk=second.pk).update(name="ärzte", **digests)
            assert (room_of("Ärzte"), room_of("ärzte")) == (first, second)
        assert room_of("ÄRZTE") == first

    def test_rooms_that_looked_alike_before_keep_their_names(self, alice: User, bob: User, general: Room) -> None:
        other = membership.create_room(bob, "other")
        keys = {"folded_name": None, "look": None, "name_key": None, "about_key": None}
        Room.objects.filter(pk=other.pk).update(name="g\u0435neral", **keys)
        Room.objects.filter(pk=general.pk).update(**keys)
        assert lacks_keys()
        assert fill_in_keys() == 2
        assert not lacks_keys()
        assert membership.go_to(bob, "general") == general
        assert membership.go_to(bob, "g\u0435neral") == other
        assert room_settings.change_settings(other.pk, by=Actor(bob), topic="Talk").name == "g\u0435neral"
        assert refuses(Invalid, membership.create_room, alice, "gener\u0430l")


class TestTheDirectory:
    @pytest.mark.parametrize(
        ("words", "found"),
        [
            ("ольг", ["Ольга"]),
            ("ЛЬГА", ["Ольга"]),
            ("nunez", ["Núñez"]),
            ("strasse", ["Núñez"]),
            ("chef", ["Ольга"]),
            ("nuñ", ["Núñez"]),
            ("", ["Núñez", "Ольга"]),
            ("100%", []),
        ],
    )
    def test_rooms_are_found_by_words_without_case_and_accents(self, alice: User, words: str, found: list[str]) -> None:
        membership.create_room(alice, "Ольга", description="Für den Chéf")
        membership.create_room(alice, "Núñez", topic="Die Straße")
        assert sorted(room.name for room in directory.find(words)) == found
