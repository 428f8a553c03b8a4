"""Posting of messages, in batches under the locks of their rooms."""

import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.sessions import sessions
from accounts.usernames.invisible_characters import is_blank
from chat import broadcasts, conf
from chat.errors import Conflict, Invalid, NotFound, Refused, SignedOut, Unavailable
from chat.models import Membership, Mention, Message, Room
from chat.models.message import EVERYONE
from chat.permissions.actions import refusal_in
from chat.permissions.acts import Act
from chat.permissions.messages import MessageState, absence_of
from chat.services.messages import mentions
from chat.services.messages.posting_rights import check_may_post, check_may_write
from chat.services.messages.recipients import deleted_in
from chat.services.messages.threads import Threads, check_root
from chat.services.people.blocks import blocks_in
from chat.services.rooms.list_preferences import wake
from chat.services.shared.locking import locked_rooms

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True, slots=True)
class Post:
    """A message that a user wants to post.

    `quote` and `thread` are ids of messages of the same room. `online` are the users that @here would notify. `session`
    is the key of the session that the post depends on, if any. `created_at` is for a message from elsewhere, such as an
    import.
    """

    author: "User"
    room_id: int
    body: str
    client_id: uuid.UUID
    kind: str = Message.Kind.TEXT
    quote: int | None = None
    thread: int | None = None
    online: frozenset[int] = frozenset()
    session: str | None = None
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A post that can be stored at once, with its body as HTML. `is_wanted` tells if its author still waits for it."""

    post: Post
    body: mentions.Rendered
    is_wanted: Callable[[], bool] = lambda: True


def post_message(author: "User", room_id: int, *, body: str, client_id: uuid.UUID, **details: Any) -> Message:
    """Store a message and tell the room; `details` are the other fields of Post.

    The same `client_id` again returns the stored message. Raises NotFound, Forbidden, Invalid, Limited in slow mode,
    and Conflict if the client id was used for another message.
    """
    (outcome,) = post_messages([Post(author, room_id, body, client_id, **details)])
    if isinstance(outcome, Refused):
        raise outcome
    return outcome


def post_messages(posts: Sequence[Post]) -> list[Message | Refused]:
    """Post each message as `post_message` does, in order, in one transaction.

    A refused post does not affect the others: its outcome is the error.
    """
    drafts = [_drafted(post) for post in posts]  # before the rooms are locked, so that no one waits for it
    stored = iter(store_drafts([draft for draft in drafts if isinstance(draft, Draft)]))
    return [draft if isinstance(draft, Refused) else next(stored) or Unavailable() for draft in drafts]


def store_drafts(drafts: Sequence[Draft], *, skip_locked: bool = False) -> list[Message | Refused | None]:
    """Store drafts in one transaction, and tell their rooms. The outcome None means that the room is locked."""
    with transaction.atomic():
        batch = _Batch([draft.post for draft in drafts], skip_locked)
        outcomes = [batch.outcome_of(draft) for draft in drafts]
        batch.store()
        if drafts and not any(draft.is_wanted() for draft in drafts):
            raise Unavailable
    return outcomes


def check_body(body: str) -> None:
    """Raise Invalid if `body` cannot be a message (docs/protocol.md, "Text")."""
    if is_blank(body):
        raise Invalid(_("You can’t send an empty message."))
    if len(body) > conf.body_length():
        raise Invalid(_("A message can have at most %(limit)d characters.") % {"limit": conf.body_length()})
    if "\0" in body:
        raise Invalid(_("A message can’t contain the character NUL."))


def _drafted(post: Post) -> Draft | Invalid:
    try:
        check_body(post.body)
    except Invalid as refused:
        return refused
    known = mentions.look_up(post.author, post.room_id, post.body, post.online)
    return Draft(post, mentions.render(post.kind, post.body, known))


class _Batch:
    """Posts of one transaction. Data to check them is read under the rooms' locks, in a fixed number of queries."""

    def __init__(self, posts: Sequence[Post], skip_locked: bool) -> None:
        self._skip_locked = skip_locked
        self._new: list[Message] = []
        self._timed: dict[int, Membership] = {}
        self._rooms = locked_rooms({post.room_id for post in posts}, skip_locked=skip_locked)
        self._versions_before = {pk: room.version for pk, room in self._rooms.items()}
        authors = {post.author.pk for post in posts}
        self._memberships = _by_room_and_user(
            Membership.objects.current().filter(room__in=self._rooms, user__in=authors, user__is_active=True)
        )
        self._sessions = sessions.in_force({post.session for post in posts if post.session is not None})
        self._stored = _by_client_id(self._rooms, authors, {post.client_id for post in posts})
        self._referred = self._messages(pk for post in posts for pk in (post.quote, post.thread) if pk is not None)
        self._threads = Threads(self._referred.values())
        self._blocks = blocks_in(self._rooms.values())
        self._deleted = deleted_in(self._rooms.values())

    def outcome_of(self, draft: Draft) -> Message | Refused | None:
        if self._skip_locked and draft.post.room_id not in self._rooms:
            return None
        if not draft.is_wanted():  # its author was told so while this waited for the rooms
            return Unavailable()
        try:
            return self._accept(draft.post, draft.body)
        except Refused as refused:
            return refused

    def store(self) -> None:
        Message.objects.bulk_create(self._new)
        Mention.objects.bulk_create(_mentions_of(self._new))
        changed = self._threads.store()
        if self._timed:
            Membership.objects.bulk_update(self._timed.values(), ["posted_at"])
        self._store_versions()
        for message in self._new:
            broadcasts.message_posted(message)
        wake(self._new)
        for root in changed:
            broadcasts.message_changed(root)

    def _store_versions(self) -> None:
        # One UPDATE for all rooms that took the same number of versions: mostly one each.
        grown = defaultdict(list)
        for pk, room in self._rooms.items():
            grown[room.version - self._versions_before[pk]].append(pk)
        for count, rooms in grown.items():
            if count:
                Room.objects.filter(pk__in=rooms).update(version=F("version") + count)

    def _messages(self, ids: Iterable[int]) -> dict[int, Message]:
        wanted = set(ids)
        found = Message.objects.for_cards().filter(room__in=self._rooms, pk__in=wanted) if wanted else ()
        for message in found:
            message.room = self._rooms[message.room_id]  # the locked instance
        return {message.pk: message for message in found}

    def _accept(self, post: Post, body: mentions.Rendered) -> Message:
        if post.session is not None and post.session not in self._sessions:
            raise SignedOut
        membership = self._memberships.get((post.room_id, post.author.pk))
        if membership is None:
            raise NotFound
        key = (post.room_id, post.author.pk, post.client_id)
        if key not in self._stored:
            # Only new posts are checked: a stored one was allowed, whatever was decided since.
            self._check(post, membership)
            self._stored[key] = self._append(post, body)
            self._note_time(post, membership)
        elif not _is_the_same(self._stored[key], post):
            raise Conflict
        return self._stored[key]

    def _check(self, post: Post, membership: Membership) -> None:
        room, act = self._rooms[post.room_id], Act.POST_NOTICE if post.kind == Message.Kind.NOTICE else Act.POST
        if refused := refusal_in(frozenset({membership.role}), room, act):
            raise refused
        check = check_may_post if post.created_at is None else check_may_write
        check(post.author, membership, room, self._blocks, self._deleted)

    def _note_time(self, post: Post, membership: Membership) -> None:
        # Slow mode counts from here. Imported messages do not count.
        if self._rooms[post.room_id].slow_seconds and post.created_at is None:
            membership.posted_at = timezone.now()
            self._timed[membership.pk] = membership

    def _append(self, post: Post, body: mentions.Rendered) -> Message:
        quote, root = self._quote_of(post), self._root_of(post)
        room = self._rooms[post.room_id]
        version = room.next_version()
        message = Message(
            room=room,
            author=post.author,
            kind=post.kind,
            body=post.body,
            html=body.html,
            client_id=post.client_id,
            created_at=post.created_at or timezone.now(),
            quote=quote,
            thread=root,
            position=version,
            version=version,
        )
        if body.everyone and root is None:
            message.told = EVERYONE
        else:
            told = self._threads.told_of(message, body.mentioned) if root else body.mentioned
            message.told = sorted(told - {post.author.pk})
        self._new.append(message)
        return message

    def _quote_of(self, post: Post) -> Message | None:
        if post.quote is None:
            return None
        quoted = self._referred.get(post.quote)
        if quoted is None or quoted.room_id != post.room_id:
            raise NotFound.message()
        if refused := absence_of(MessageState.of(quoted, post.author)):
            raise refused
        return quoted

    def _root_of(self, post: Post) -> Message | None:
        if post.thread is None:
            return None
        root = self._referred.get(post.thread)
        if root is None or root.room_id != post.room_id:
            raise NotFound.message()
        check_root(root)
        return root


def _is_the_same(stored: Message, post: Post) -> bool:
    """Return True if the post is the one stored under its client id, even if that was edited or deleted since."""
    if (stored.kind, stored.thread_id) != (post.kind, post.thread):
        return False
    return stored.is_deleted or (stored.first_body(), stored.quote_id) == (post.body, post.quote)


def _mentions_of(messages: Iterable[Message]) -> Iterable[Mention]:
    for message in messages:
        # These are for the unread counts of the conversation; replies are counted by participation in the thread.
        told = [None] if message.told == EVERYONE else message.told
        for user in told if message.thread_id is None else ():
            yield Mention(room_id=message.room_id, user_id=user, message=message, position=message.position)


def _by_room_and_user(memberships: Iterable[Membership]) -> dict[tuple[int, int], Membership]:
    return {(membership.room_id, membership.user_id): membership for membership in memberships}


def _by_client_id(
    rooms: Iterable[int], authors: Iterable[int], client_ids: Iterable[uuid.UUID]
) -> dict[tuple[int, int, uuid.UUID], Message]:
    # Nearly always nothing is stored, so the first query is a short one.
    stored = Message.objects.filter(room__in=rooms, author__in=authors, client_id__in=client_ids)
    ids = list(stored.values_list("pk", flat=True))
    found = Message.objects.for_cards().filter(pk__in=ids) if ids else ()
    return {(message.room_id, message.author_id, message.client_id): message for message in found}
