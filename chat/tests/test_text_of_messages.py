"""Text of messages through a room: none of it is lost, spoilers stay hidden, and old messages follow new rules."""

from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command

from accounts.models import User
from chat.markup.markdown import RENDERING
from chat.models import Message, Room
from chat.protocol.events import message_card
from chat.services.messages import editing, posting
from chat.services.people import data_export

pytestmark = pytest.mark.django_db(transaction=True)

BODY = "  7. a\r\n\tb \\_c\\ ||d|| \u200d\u202e*e*\n\n\n> f \x07 "


def post(author: User, room: Room, body: str, **details: Any) -> Message:
    return posting.post_message(author, room.pk, body=body, client_id=uuid4(), **details)


def test_posting_editing_and_exporting_keep_each_character(alice: User, general: Room) -> None:
    message = post(alice, general, BODY)
    assert message_card(message)["body"] == BODY
    message = editing.edit_message(alice, general.pk, message.pk, BODY[::-1])
    assert message_card(message)["body"] == BODY[::-1]
    assert [edit.body for edit in message.edits.all()] == [BODY]
    assert [row["body"] for row in data_export.messages_of(alice)][-1] == BODY[::-1]


def test_a_quote_has_the_text_of_what_it_quotes(alice: User, bob: User, general: Room) -> None:
    for body in ("  a || b\\\n`||c||`", "x" * 300, "a||b||c"):
        quoted = post(alice, general, body)
        assert message_card(post(bob, general, "So?", quote=quoted.pk))["quote"]["body"] == body


@pytest.mark.parametrize(
    "body",
    ["It is ||the gardener||.", "||the gardener||", "a ||the\n*gardener*||", "x " * 148 + "||the gardener|| did it"],
)
def test_a_quote_does_not_tell_a_spoiler(alice: User, bob: User, general: Room, body: str) -> None:
    quoted = post(alice, general, body)
    assert "gardener" in message_card(quoted)["html"]
    shown = message_card(post(bob, general, "So?", quote=quoted.pk))["quote"]["body"]
    assert "gardener" not in shown
    assert shown.startswith(body.partition("||")[0] + "▒▒▒")


class TestOlderRules:
    @pytest.fixture
    def old(self, alice: User, bob: User, general: Room) -> Message:
        """Create a message as a server of the release before rendered and stored it."""
        message = post(alice, general, "+ 1 from @bob")
        assert message.told == [bob.pk]
        html = f'<ul>\n<li>\n<p>1 from <span class="mention" data-mention="{bob.pk}">@bob</span></p>\n</li>\n</ul>'
        Message.objects.filter(pk=message.pk).update(html=html, rendering=0)
        return Message.objects.get(pk=message.pk)

    def test_an_old_message_is_shown_by_the_present_rules_with_the_mentions_it_had(
        self, old: Message, bob: User, general: Room
    ) -> None:
        User.objects.create_user("carol")
        wanted = f'<p>+ 1 from <span class="mention" data-mention="{bob.pk}">@bob</span></p>'
        assert message_card(old)["html"] == wanted

    def test_a_message_without_html_is_rendered_when_it_is_read(self, old: Message) -> None:
        Message.objects.filter(pk=old.pk).update(html="")
        assert message_card(Message.objects.get(pk=old.pk))["html"] == "<p>+ 1 from @bob</p>"

    def test_the_command_stores_what_reading_shows_and_leaves_the_rest_alone(
        self, old: Message, alice: User, general: Room, capsys: pytest.CaptureFixture[str]
    ) -> None:
        other = post(alice, general, "b")
        wanted, before = old.rendered(), general.messages.values("version", "position").order_by("pk")
        kept = list(before)
        call_command("render_again")
        assert capsys.readouterr().out == "1 message was rendered again.\n"
        stored = Message.objects.get(pk=old.pk)
        assert (stored.html, stored.rendering) == (wanted, RENDERING)
        assert Message.objects.get(pk=other.pk).html == "<p>b</p>"
        assert list(before.all()) == kept
        call_command("render_again")
        assert capsys.readouterr().out == "0 messages were rendered again.\n"

    def test_an_edit_is_rendered_by_the_present_rules(self, old: Message, alice: User, general: Room) -> None:
        editing.edit_message(alice, general.pk, old.pk, "+ 2")
        stored = Message.objects.get(pk=old.pk)
        assert (stored.html, stored.rendering) == ("<p>+ 2</p>", RENDERING)
