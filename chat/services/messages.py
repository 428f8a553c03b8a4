"""Posting."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from chat import broadcasts, limits
from chat.authority import Act, may
from chat.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from chat.models import Membership, Message, Room
from chat.services.locking import locked_rooms

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True, slots=True)
class Post:
    """What somebody wants to say. `created_at` is for what was said elsewhere before, such as an import."""

    author: "User"
    room_id: int
    body: str
    client_id: uuid.UUID
    kind: str = Message.Kind.TEXT
    created_at: datetime | None = None


def post_message(
    author: "User",
    room_id: int,
    *,
    body: str,
    client_id: uuid.UUID,
    kind: str = Message.Kind.TEXT,
    created_at: datetime | None = None,
) -> Message:
    """Store a message and tell the room. The same `client_id` again gives the message that is there.

    Raises NotFound, Forbidden, Invalid, and Conflict where the client id has another body or kind.
    """
    (outcome,) = post_messages([Post(author, room_id, body, client_id, kind, created_at)])
    if isinstance(outcome, Refused):
        raise outcome
    return outcome


def post_messages(posts: Sequence[Post]) -> list[Message | Refused]:
    """`post_message` for each, in order, in one transaction: whoever waits at the same time shares the commit.

    One that is refused does not concern the others: its outcome is the error.
    """
    htmls = [_html_of(post) for post in posts]  # before the rooms are locked: nobody waits for it
    with transaction.atomic():
        batch = _Batch(posts)
        outcomes = [batch.outcome_of(post, html) for post, html in zip(posts, htmls, strict=True)]
        batch.store()
    return outcomes


def check_body(body: str) -> None:
    """Raise Invalid where `body` cannot be a message (docs/protocol.md, "Text")."""
    if not body or body.isspace():
        raise Invalid(_("An empty message cannot be sent."))
    if len(body) > limits.body_length():
        raise Invalid(_("A message may have at most %(limit)d characters.") % {"limit": limits.body_length()})
    if "\0" in body:
        raise Invalid(_("A message cannot contain the character NUL."))


def _html_of(post: Post) -> str | Invalid:
    try:
        check_body(post.body)
    except Invalid as refused:
        return refused
    return Message.html_of(post.kind, post.body)


class _Batch:
    """What the posts need to be judged, read with the rooms locked: a query each, however many posts there are."""

    def __init__(self, posts: Sequence[Post]) -> None:
        self._new: list[Message] = []
        self._rooms = locked_rooms({post.room_id for post in posts})
        authors = {post.author.pk for post in posts}
        self._memberships = _by_room_and_user(
            Membership.objects.current().filter(room__in=self._rooms, user__in=authors, user__is_active=True)
        )
        self._stored = _by_client_id(
            Message.objects.filter(
                room__in=self._rooms, author__in=authors, client_id__in={post.client_id for post in posts}
            ).select_related("author")
        )

    def outcome_of(self, post: Post, html: str | Invalid) -> Message | Refused:
        if isinstance(html, Invalid):
            return html
        try:
            return self._accept(post, html)
        except Refused as refused:
            return refused

    def store(self) -> None:
        Message.objects.bulk_create(self._new)
        Room.objects.bulk_update({message.room for message in self._new}, ["version"])
        for message in self._new:
            broadcasts.message_posted(message)

    def _accept(self, post: Post, html: str) -> Message:
        membership = self._memberships.get((post.room_id, post.author.pk))
        if membership is None:
            raise NotFound
        if not may(membership, Act.POST_NOTICE if post.kind == Message.Kind.NOTICE else Act.POST):
            raise Forbidden
        key = (post.room_id, post.author.pk, post.client_id)
        if key not in self._stored:
            self._stored[key] = self._append(post, html)
        elif (self._stored[key].body, self._stored[key].kind) != (post.body, post.kind):
            raise Conflict
        return self._stored[key]

    def _append(self, post: Post, html: str) -> Message:
        room = self._rooms[post.room_id]
        version = room.next_version()
        message = Message(
            room=room,
            author=post.author,
            kind=post.kind,
            body=post.body,
            html=html,
            client_id=post.client_id,
            created_at=post.created_at or timezone.now(),
            position=version,
            version=version,
        )
        self._new.append(message)
        return message


def _by_room_and_user(memberships: Iterable[Membership]) -> dict[tuple[int, int], Membership]:
    return {(membership.room_id, membership.user_id): membership for membership in memberships}


def _by_client_id(messages: Iterable[Message]) -> dict[tuple[int, int, uuid.UUID], Message]:
    return {(message.room_id, message.author_id, message.client_id): message for message in messages}
