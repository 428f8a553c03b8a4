"""Notifications of a message: mentions, threads, and the counts of both."""

from typing import Any
from uuid import uuid4

import pytest

from accounts.models import User
from chat.errors import Invalid, NotFound
from chat.models import Membership, Mention, Message, Room
from chat.models.message import EVERYONE
from chat.protocol.events import message_card
from chat.services.messages import editing, posting, read_positions, threads
from chat.services.rooms import membership

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def carol(general: Room) -> User:
    carol = User.objects.create_user("carol.c_d")
    membership.join(carol, general.pk)
    return carol


def post(author: User, room: Room, body: str = "Hello", **details: Any) -> Message:
    return posting.post_message(author, room.pk, body=body, client_id=uuid4(), **details)


def counts(user: User, room: Room) -> tuple[int, int, int]:
    found = Membership.objects.with_unread().get(room=room, user=user)
    return found.unread, found.mentions, found.threads


class TestMentions:
    @pytest.mark.parametrize("body", ["@bob", "Hi @BOB!", "(@bob)", "**@bob**", "- @bob", "@bob.", "@bob's", "1. @bob"])
    def test_a_mention_names_a_member_in_any_case(self, alice: User, bob: User, general: Room, body: str) -> None:
        message = post(alice, general, body)
        assert message.told == [bob.pk]
        assert f'<span class="mention" data-mention="{bob.pk}">@' in message.html

    @pytest.mark.parametrize(
        "body",
        [
            "@nobody/@bob", ".@bob well done", "_@bob_", "__@bob__", "+@bob", "-@bob", "me/@bob", "me+@bob",
            "(a.@bob)", "/@bob",
            "~~@bob~~", "||@bob||", "*_@bob_*", "cc:@bob", "→@bob",
            "（@bob）", "、@bob、", "\u2068@bob\u2069", "❤\ufe0f@bob", "@nobody~@bob", "@nobody@bob/@bob", "\u200f@bob",
        ],
    )  # fmt: skip
    def test_a_mention_may_stand_beside_signs(self, alice: User, bob: User, general: Room, body: str) -> None:
        message = post(alice, general, body)
        assert message.told == [bob.pk]
        assert f'data-mention="{bob.pk}">@bob</span>' in message.html

    def test_two_mentions_may_stand_side_by_side(self, alice: User, bob: User, general: Room, carol: User) -> None:
        for between in "/+.-,":
            assert sorted(post(alice, general, f"@bob{between}@carol.c_d").told) == [bob.pk, carol.pk]

    @pytest.mark.parametrize(
        "body",
        [
            "`@bob`", "a@bob", "a_@bob", "1@bob", "@bobby", "[@bob](https://example.org)", "```\n@bob\n```",
            "@@bob", "\\@bob",
            "https://example.org/@bob",
            "字@bob", "e\u0301@bob", "नमस्ते@bob", "e\u0301_@bob", "²@bob", "@bob\u0301",
        ],
    )  # fmt: skip
    def test_not_every_at_sign_is_a_mention(self, alice: User, general: Room, body: str) -> None:
        assert post(alice, general, body).told == []

    @pytest.mark.parametrize(
        "body",
        [
            "> @room lunch",
            "> > @room lunch",
            "Yes:\n\n> @bob\n> @here and @room",
            "- one\n\n  > **@bob** lunch",
            "> - @bob",
            "> @bob\n> > @bob\n> @room",
        ],
    )
    def test_what_is_quoted_notifies_nobody(self, alice: User, bob: User, general: Room, body: str) -> None:
        assert post(alice, general, "@room lunch").told == EVERYONE
        quoting = post(alice, general, body)
        assert quoting.told == []
        assert "data-mention" not in quoting.html
        assert post(alice, general, f"{body}\n\n@bob").told == [bob.pk]

    def test_a_reply_that_quotes_a_mention_notifies_only_those_whom_it_mentions_itself(
        self, alice: User, bob: User, general: Room
    ) -> None:
        first = post(alice, general, "@room lunch")
        assert post(alice, general, "Again", quote=first.pk).told == []
        assert post(alice, general, "@bob?", quote=first.pk).told == [bob.pk]

    def test_a_mention_may_have_dots_and_underscores(self, alice: User, general: Room, carol: User) -> None:
        assert post(alice, general, "@Carol.c_d.").told == [carol.pk]

    @pytest.mark.parametrize(
        ("username", "body", "shown"),
        [
            ("Алиса", "Привет, @алиса!", "@алиса"),
            ("Алиса", "«@АЛИСА»", "@АЛИСА"),
            ("太郎", "@太郎、元気?", "@太郎"),
            ("太郎", "@太郎 さん", "@太郎"),
            ("नमस्ते", "@नमस्ते।", "@नमस्ते"),
            ("אלי", "שלום @אלי.", "@אלי"),
            ("علی", "@علی\u200cجان", "@علی"),
            ("joão", "@joa\u0303o’s", "@joa\u0303o"),
            ("alice9", "@ａｌｉｃｅ９", "@ａｌｉｃｅ９"),
        ],
    )
    def test_a_mention_may_be_in_any_script(
        self, alice: User, general: Room, username: str, body: str, shown: str
    ) -> None:
        person = User.objects.create_user(username)
        membership.join(person, general.pk)
        message = post(alice, general, body)
        assert message.told == [person.pk]
        assert f'data-mention="{person.pk}">{shown}</span>' in message.html

    @pytest.mark.parametrize("body", ["@太郎さん", "@太郎2", "@大郎", "こんにちは@太郎", "@太\u3000郎"])
    def test_text_that_only_resembles_a_name_is_no_mention(self, alice: User, general: Room, body: str) -> None:
        person = User.objects.create_user("太郎")
        membership.join(person, general.pk)
        assert post(alice, general, body).told == []

    def test_a_look_alike_name_mentions_nobody(self, alice: User, bob: User, general: Room) -> None:
        assert post(alice, general, "@bоb").told == []

    def test_only_members_can_be_mentioned(self, alice: User, mallory: User, general: Room) -> None:
        message = post(alice, general, "@mallory")
        assert message.told == []
        assert "mention" not in message.html
        membership.join(mallory, general.pk)
        assert post(alice, general, "@mallory").told == [mallory.pk]

    def test_mentioning_oneself_notifies_nobody(self, alice: User, general: Room) -> None:
        assert post(alice, general, "@alice").told == []

    def test_only_those_who_run_a_room_can_mention_the_room(
        self, alice: User, bob: User, general: Room, carol: User
    ) -> None:
        assert post(alice, general, "@room").told == EVERYONE
        refused = post(bob, general, "@room")
        assert (refused.told, refused.html) == ([], "<p>@room</p>")

    def test_a_mention_of_the_room_is_one_row_that_counts_for_each_member_but_the_author(
        self, alice: User, bob: User, general: Room, carol: User
    ) -> None:
        message = post(alice, general, "@room and @bob")
        assert message.mentions.count() == 1
        assert [counts(user, general)[1] for user in (alice, bob, carol)] == [0, 1, 1]
        assert message_card(message)["told"] == "everyone"
        post(alice, general, "@bob")
        assert counts(bob, general)[1] == 2
        read_positions.mark_read(bob, general.pk, message.position)
        assert counts(bob, general)[1] == 1
        editing.delete_own_message(alice, general.pk, message.pk)
        assert counts(carol, general)[1] == 0

    def test_a_mention_of_the_room_does_not_count_for_a_member_who_joins_later(
        self, alice: User, mallory: User, general: Room
    ) -> None:
        post(alice, general, "@room")
        membership.join(mallory, general.pk)
        read_positions.mark_unread(mallory, general.pk, 1)
        assert counts(mallory, general)[1] == 0
        post(alice, general, "@room")
        assert counts(mallory, general)[1] == 1

    def test_a_mention_of_the_room_that_was_stored_with_ids_still_counts(
        self, alice: User, bob: User, general: Room, carol: User
    ) -> None:
        message = post(alice, general, "@bob")
        Message.objects.filter(pk=message.pk).update(told=[bob.pk, carol.pk])
        Mention.objects.create(room=general, user=carol, message=message, position=message.position)
        message.refresh_from_db()
        assert [counts(user, general)[1] for user in (alice, bob, carol)] == [0, 1, 1]
        assert message_card(message)["told"] == [bob.pk, carol.pk]

    def test_a_mention_of_the_room_in_a_thread_notifies_those_who_take_part(
        self, alice: User, bob: User, general: Room, carol: User
    ) -> None:
        root = post(bob, general)
        reply = post(alice, general, "@room", thread=root.pk)
        assert reply.told == [bob.pk]
        assert [counts(user, general)[1:] for user in (bob, carol)] == [(0, 1), (0, 0)]

    def test_mentioning_here_notifies_those_who_are_online(
        self, alice: User, bob: User, mallory: User, general: Room, carol: User
    ) -> None:
        online = frozenset({alice.pk, bob.pk, mallory.pk})
        assert post(bob, general, "@here").told == []
        assert post(alice, general, "@here", online=online).told == [bob.pk]
        assert post(alice, general, "@here @carol.c_d", online=online).told == [bob.pk, carol.pk]

    def test_a_mention_added_by_an_edit_notifies_nobody(self, alice: User, bob: User, general: Room) -> None:
        message = post(alice, general, "Hello")
        edited = editing.edit_message(alice, general.pk, message.pk, "Hello @bob")
        assert f'data-mention="{bob.pk}"' in edited.html
        assert edited.told == []

    def test_mentions_are_counted_until_they_are_read_or_deleted(self, alice: User, bob: User, general: Room) -> None:
        first, second, _third = post(alice, general, "@bob"), post(alice, general, "@bob"), post(alice, general)
        assert counts(bob, general) == (3, 2, 0)
        assert counts(alice, general) == (0, 0, 0)
        editing.delete_own_message(alice, general.pk, second.pk)
        assert counts(bob, general) == (2, 1, 0)
        read_positions.mark_read(bob, general.pk, first.position)
        assert counts(bob, general) == (1, 0, 0)
        read_positions.mark_unread(bob, general.pk, first.position)
        assert counts(bob, general) == (2, 1, 0)

    def test_marking_as_unread_moves_the_read_position_only_back(self, alice: User, bob: User, general: Room) -> None:
        message = post(alice, general)
        before = Membership.objects.get(room=general, user=bob).last_read
        assert read_positions.mark_unread(bob, general.pk, message.position + 10) == before
        assert read_positions.mark_unread(bob, general.pk, 0) == 0


class TestThreads:
    def test_the_root_of_a_thread_says_how_many_replies_it_has(self, alice: User, bob: User, general: Room) -> None:
        root = post(alice, general)
        first, last = post(bob, general, thread=root.pk), post(alice, general, thread=root.pk)
        card = message_card(Message.objects.for_cards().get(pk=root.pk))
        assert card["replies"]["count"] == 2
        assert [user["username"] for user in card["replies"]["people"]] == ["alice", "bob"]
        assert (first.thread, last.position) == (root, first.position + 2)  # the root changed between them
        assert card["version"] == last.version + 1

    def test_a_reply_notifies_the_participants_of_the_thread(
        self, alice: User, bob: User, general: Room, carol: User
    ) -> None:
        root = post(alice, general)
        assert post(bob, general, thread=root.pk).told == [alice.pk]
        assert post(alice, general, thread=root.pk).told == [bob.pk]
        assert post(bob, general, "@carol.c_d", thread=root.pk).told == [alice.pk, carol.pk]
        assert counts(alice, general) == (0, 0, 2)
        assert counts(bob, general) == (1, 0, 1)
        assert counts(carol, general) == (1, 0, 1)

    def test_a_thread_is_read_independently_of_its_room(self, alice: User, bob: User, general: Room) -> None:
        root = post(alice, general)
        first, second = post(bob, general, thread=root.pk), post(bob, general, thread=root.pk)
        read_positions.mark_read(alice, general.pk, second.position)
        assert counts(alice, general) == (0, 0, 2)
        assert threads.mark_thread_read(alice, general.pk, root.pk, first.position) == first.position
        assert counts(alice, general) == (0, 0, 1)
        assert threads.mark_thread_read(alice, general.pk, root.pk, 0) == first.position
        threads.mark_thread_read(alice, general.pk, root.pk, 10**9)
        assert counts(alice, general) == (0, 0, 0)

    def test_only_participants_mark_a_thread_as_read(self, alice: User, bob: User, general: Room, carol: User) -> None:
        root = post(alice, general)
        reply = post(bob, general, thread=root.pk)
        assert threads.mark_thread_read(bob, general.pk, root.pk, reply.position) == reply.position
        with pytest.raises(NotFound):
            threads.mark_thread_read(carol, general.pk, root.pk, reply.position)

    def test_a_deleted_reply_counts_no_more(self, alice: User, bob: User, general: Room) -> None:
        root = post(alice, general)
        first, second = post(bob, general, thread=root.pk), post(bob, general, thread=root.pk)
        editing.delete_own_message(bob, general.pk, second.pk)
        root.refresh_from_db()
        assert (root.reply_count, root.last_reply_at) == (1, first.created_at)
        assert root.version == Room.objects.get(pk=general.pk).version
        assert counts(alice, general) == (0, 0, 1)

    def test_a_thread_outlives_its_root_message(self, alice: User, bob: User, general: Room) -> None:
        root = post(alice, general)
        post(bob, general, thread=root.pk)
        editing.delete_own_message(alice, general.pk, root.pk)
        card = message_card(Message.objects.for_cards().get(pk=root.pk))
        assert (card["body"], card["replies"]["count"]) == ("", 1)

    def test_a_reply_to_a_reply_a_notice_or_a_message_elsewhere_is_refused(
        self, alice: User, bob: User, general: Room, secret: Room
    ) -> None:
        root = post(alice, general)
        reply = post(bob, general, thread=root.pk)
        notice = general.messages.get(notice__what="joined")
        for wrong in (reply.pk, notice.pk):
            with pytest.raises(Invalid):
                post(bob, general, thread=wrong)
        for unknown in (10**9, post(bob, secret).pk):
            with pytest.raises(NotFound):
                post(bob, general, thread=unknown)

    def test_replies_that_are_posted_together_are_counted_together(self, alice: User, bob: User, general: Room) -> None:
        root = post(alice, general)
        posts = [posting.Post(user, general.pk, "Me too", uuid4(), thread=root.pk) for user in (bob, alice, bob)]
        told = [outcome.told for outcome in posting.post_messages(posts) if isinstance(outcome, Message)]
        assert told == [[alice.pk], [bob.pk], [alice.pk]]
        root.refresh_from_db()
        assert (root.reply_count, root.version) == (3, root.position + 4)
