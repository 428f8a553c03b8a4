"""Deleted accounts in rooms, and changes of names and pictures."""

import io
import json
import zipfile
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.profile import announce, deletion, pictures
from accounts.tests.helpers.pictures import plain
from accounts.tests.test_deletion import proven
from chat.errors import NoRecipient, NotFound
from chat.models import AuditEntry, Membership, Mention, Message, Participant, Removal, Room, Status
from chat.permissions.actor import SITE, Actor
from chat.protocol import events
from chat.services.messages import editing, posting, reactions
from chat.services.moderation import moderation, mutes, roles
from chat.services.people.status import set_status
from chat.services.removal import queue
from chat.services.rooms import directs
from chat.services.site import bans
from chat.tests.helpers.talk import in_thread, open_room, post, shows, sidebar
from testing.processes import Server
from testing.sockets import Client as Socket

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume")]

ADDRESS = "192.0.2.7"


def say(user: User, room: Room, body: str, **details: Any) -> Message:
    return posting.post_message(user, room.pk, body=body, client_id=uuid4(), **details)


def gone(user: User) -> User:
    deletion.delete(user, ADDRESS)
    return User.objects.get(pk=user.pk)


def test_a_deleted_account_leaves_its_rooms_and_gives_up_what_it_owned(alice: User, bob: User, general: Room) -> None:
    gone(alice)
    assert not Membership.objects.of(alice).exists()
    assert general.memberships.current().get().role == Membership.Role.OWNER
    left = general.messages.get(notice__what="left")
    assert left.author == alice
    assert "Alice" not in "".join(general.messages.filter(author=alice).values_list("body", flat=True))


def test_a_deleted_account_stays_the_author_of_its_messages_without_a_name(
    alice: User, bob: User, general: Room
) -> None:
    said = say(bob, general, "Hello")
    reactions.add_reaction(bob, general.pk, said.pk, "👍")
    gone(bob)
    card = events.message_card(Message.objects.for_cards().get(pk=said.pk))
    nobody = {"id": bob.pk, "username": f"deleted-{bob.pk}", "name": "Deleted user", "deleted": True}
    assert card["body"] == "Hello"
    assert card["author"] == nobody
    assert card["reactions"] == [{"emoji": "👍", "users": [nobody]}]


def test_notices_no_longer_name_a_deleted_account(alice: User, bob: User, general: Room) -> None:
    mutes.mute(Actor(alice), general.pk, bob.pk, until=timezone.now() + timedelta(hours=1))
    roles.set_role(Actor(alice), general.pk, bob.pk, Membership.Role.MODERATOR)
    moderation.lock(Actor(bob), general.pk)
    told = general.messages.filter(kind=Message.Kind.NOTICE)
    assert "Bob" in str(list(told.values_list("body", "notice")))
    gone(bob)
    assert "bob" not in str(list(told.values_list("body", "html", "notice"))).lower()
    muted = told.get(notice__what="muted")
    assert (muted.author, muted.body) == (alice, "Alice muted Deleted user")
    assert muted.notice
    assert muted.notice["who"] == {"id": bob.pk, "username": f"deleted-{bob.pk}", "name": "Deleted user"}


def test_a_deleted_account_takes_its_messages_along_where_the_site_says_so(
    alice: User, bob: User, general: Room, settings: Any
) -> None:
    settings.MESSAGES_OF_DELETED = "remove"
    hers, his = say(alice, general, "Stays"), say(bob, general, "Goes")
    gone(bob)
    assert queue.work_off(lambda seconds: None) == 1
    assert Message.objects.get(pk=hers.pk).body == "Stays"
    tomb = Message.objects.for_cards().get(pk=his.pk)
    assert (tomb.body, tomb.deleted_by) == ("", bob)
    assert Removal.objects.get().finished_at


def test_the_status_mentions_and_read_positions_of_a_deleted_account_are_cleared(
    alice: User, bob: User, general: Room
) -> None:
    root = say(alice, general, "Hello @bob")
    say(bob, general, "Yes?", thread=root.pk)
    set_status(bob, text="In a meeting")
    gone(bob)
    assert not Status.objects.filter(user=bob).exclude(text="", last_seen_at=None).exists()
    assert not Mention.objects.filter(user=bob).exists()
    assert set(Participant.objects.filter(user=bob).values_list("last_read", flat=True)) == {0}
    assert set(Membership.objects.filter(user=bob).values_list("last_read", flat=True)) == {0}


def test_the_deletion_of_an_account_is_logged_under_its_username(bob: User, general: Room) -> None:
    gone(bob)
    entry = AuditEntry.objects.get(act=AuditEntry.Act.PERSON_DELETED)
    assert (entry.actor_name, entry.person_name, entry.address) == ("bob", "bob", ADDRESS)


def test_a_deleted_account_cannot_be_found_mentioned_or_written_to(alice: User, bob: User, general: Room) -> None:
    direct = directs.open_direct(alice, [bob.pk])
    bob = gone(bob)
    client = Client()
    client.force_login(alice)
    for path in (reverse("chat:people"), reverse("chat:members", args=[direct.pk])):
        found = [person["id"] for person in client.get(path, {"q": "deleted"}).json()["people"]]
        assert bob.pk not in found
    assert not say(alice, general, f"Hello @deleted-{bob.pk}").told
    with pytest.raises(NotFound):
        directs.open_direct(alice, [bob.pk])
    card = client.get(reverse("chat:person", args=[bob.pk])).json()
    assert (card["name"], card["deleted"], card["online"]) == ("Deleted user", True, False)


def test_a_deleted_account_cannot_be_brought_back_by_an_administrator(admin_user: User, bob: User) -> None:
    bans.ban(Actor(admin_user), bob.pk)
    bans.unban(Actor(admin_user), bob.pk)
    gone(bob)
    for act in (bans.ban, bans.unban):
        with pytest.raises(NotFound):
            act(SITE, bob.pk)


def test_an_export_has_the_messages_memberships_and_reactions_of_the_user(
    alice: User, bob: User, general: Room
) -> None:
    say(bob, general, "Mine")
    say(alice, general, "Hers")
    reactions.add_reaction(bob, general.pk, say(bob, general, "Mine too").pk, "👍")
    answer = proven(bob).post(reverse("accounts:export"))
    file = zipfile.ZipFile(io.BytesIO(b"".join(answer)))
    said = [json.loads(line) for line in file.read("messages.jsonl").splitlines()]
    assert [(message["room"], message["body"]) for message in said] == [("general", "Mine"), ("general", "Mine too")]
    [membership] = map(json.loads, file.read("memberships.jsonl").splitlines())
    assert (membership["room"], membership["role"]) == ("general", "member")
    assert [json.loads(line)["emoji"] for line in file.read("reactions.jsonl").splitlines()] == ["👍"]


@pytest.mark.django_db(transaction=True)
async def test_a_new_name_and_picture_reach_everyone_who_sees_the_user(
    servers: Any, alice: User, bob: User, general: Room
) -> None:
    # On the same server and on another, in the sidebar, in an event, and on the next message.
    one, other = servers(), servers()
    async with Socket(one, alice) as hers, Socket(other, bob) as his:
        await open_room(hers, general)
        await open_room(his, general)
        await shows(his, lambda: "alice" in sidebar(his))
        known = {"display_name": "Alicia", "time_zone": "", "theme": ""}
        await in_thread(announce.change)(alice, **known)
        told = await his.event("user.changed")
        assert told["user"] == {"id": alice.pk, "username": "alice", "name": "Alicia"}
        assert (await hers.event("user.changed"))["user"]["name"] == "Alicia"
        await shows(his, lambda: sidebar(his)["alice"]["name"] == "Alicia", within=1)
        await in_thread(pictures.put)(alice, plain("WEBP"))
        picture = (await his.event("user.changed"))["user"]["picture"]
        assert picture.startswith("/pictures/")
        await shows(his, lambda: sidebar(his)["alice"].get("picture") == picture, within=1)
        await shows(hers, lambda: sidebar(hers)["alice"].get("picture") == picture, within=1)
        author = (await post(hers, general, "It is me"))["author"]
        assert (author["name"], author["picture"]) == ("Alicia", picture)


@pytest.mark.django_db(transaction=True)
async def test_a_deletion_closes_all_sockets_and_is_told_to_those_who_saw_the_person(
    server: Server, alice: User, bob: User, general: Room
) -> None:
    async with Socket(server, alice) as hers, Socket(server, bob) as his:
        await open_room(hers, general)
        await open_room(his, general)
        await in_thread(deletion.delete)(bob, ADDRESS)
        assert await his.closed() == 4001
        assert (await hers.event("member.left"))["user"]["id"] == bob.pk
        told = await hers.event("user.changed")
        assert told["user"] == {"id": bob.pk, "username": f"deleted-{bob.pk}", "name": "Deleted user", "deleted": True}


class TestWritingToADeletedUser:
    def test_a_direct_conversation_is_closed_when_everyone_else_deleted_their_account(
        self, alice: User, bob: User, mallory: User
    ) -> None:
        two = directs.open_direct(alice, [bob.pk])
        three = directs.open_direct(alice, [bob.pk, mallory.pk])
        notes = directs.open_direct(alice, [])
        said = say(alice, two, "Are you there?")
        gone(bob)
        for act in (
            partial(say, alice, two, "Hello?"),
            partial(editing.edit_message, alice, two.pk, said.pk, "Hello?"),
            partial(reactions.add_reaction, alice, two.pk, said.pk, "👍"),
        ):
            with pytest.raises(NoRecipient, match="This person deleted their account"):
                act()
        assert say(alice, three, "Mallory is still here")
        assert say(alice, notes, "So am I")
        gone(mallory)
        with pytest.raises(NoRecipient, match="These people deleted their accounts"):
            say(alice, three, "Nobody is left")
        # authors can still delete their own messages
        assert editing.delete_own_message(alice, two.pk, said.pk).is_deleted
