"""History of a room: pages of its messages, and changes since a version.

Each query reads the room's head first and the rows after it, and reports how far it reaches. `changes_since` leaves out
rows newer than its head, since each table is read at a different moment: a membership written in between may be visible
where an earlier message was not. Newer changes arrive as events.
"""

from dataclasses import dataclass
from typing import Any

from chat import conf
from chat.errors import NotFound
from chat.models import Membership, Message, Room
from chat.models.message import MessageQuerySet
from chat.protocol import events
from chat.queries import pagination

Page = dict[str, Any]  # docs/protocol.md


@dataclass(frozen=True, slots=True)
class Changes:
    """Events after a version, in order, up to `head`. A reset is one event."""

    head: int
    events: list[events.Event]


def latest_page(room_id: int) -> tuple[int, Page]:
    head = _head(room_id).version
    return head, _page(_conversation(room_id))


def first_page(room_id: int, last_read: int | None) -> tuple[int, Page]:
    """Return the room's head, and the newest page; or the page around `last_read` if the newest begins after it."""
    head, page = latest_page(room_id)
    if last_read is not None and page["more"] and page["messages"][0]["position"] > last_read:
        page = page_around(room_id, last_read)
    return head, page


def page_before(room_id: int, position: int) -> Page:
    return _page(_conversation(room_id).before(position))


def page_around(room_id: int, position: int) -> Page:
    """Return a page with `position` in its middle; `later` says whether there are newer messages."""
    return _page_around(_conversation(room_id), position)


def page_after(room_id: int, position: int) -> Page:
    return _page_after(_conversation(room_id), position)


def thread_page(root: Message, before: int | None = None, after: int | None = None, around: int | None = None) -> Page:
    replies = root.replies.all()
    if around is not None:
        return _page_around(replies, around)
    if after is not None:
        return _page_after(replies, after)
    return _page(replies if before is None else replies.before(before))


def changes_since(room_id: int, version: int | None, *, limit: int | None = None) -> Changes:
    """Return the changes after `version`.

    The result is a reset if the version is None, unknown, below the floor, or more than `limit` changes ago.
    """
    room = _head(room_id)
    if version is None or not room.floor <= version <= room.version:
        return _reset(room_id)
    found = _events_between(version, room, limit)
    if limit is not None and len(found) > limit:
        return _reset(room_id)
    return Changes(room.version, found)


def _head(room_id: int) -> Room:
    room = Room.objects.existing().filter(pk=room_id).first()
    if room is None:
        raise NotFound
    return room


def _events_between(version: int, room: Room, limit: int | None) -> list[events.Event]:
    bound = None if limit is None else limit + 1  # one more shows that there are too many
    changed = {"room": room, "version__gt": version, "version__lte": room.version}
    messages = Message.objects.for_cards().filter(**changed).order_by("version")[:bound]
    members = Membership.objects.filter(**changed).select_related("user", "ended_by").order_by("version")[:bound]
    found = [events.message_event(message) for message in messages]
    found += [events.member_changed(membership) for membership in members]
    if room.settings_version > version:
        found.append(events.room_changed(room))
    return sorted(found, key=lambda event: event["version"])


def _reset(room_id: int) -> Changes:
    head, page = latest_page(room_id)
    return Changes(head, [events.room_reset(room_id, head, page)])


def _conversation(room_id: int) -> MessageQuerySet:
    return Message.objects.filter(room_id=room_id).conversation()


def _page(messages: MessageQuerySet, length: int | None = None) -> Page:
    newest, has_more = _fitting(messages.for_cards().order_by("-position"), length or conf.page_length())
    return {"messages": [events.message_card(message) for message in reversed(newest)], "more": has_more}


def _page_around(messages: MessageQuerySet, position: int) -> Page:
    length = conf.page_length()
    page = _page(messages.before(position + 1), length - length // 2)
    after = _page_after(messages, position, length // 2)
    return page | after | {"messages": page["messages"] + after["messages"]}


def _page_after(messages: MessageQuerySet, position: int, length: int | None = None) -> Page:
    found = messages.after(position).for_cards().order_by("position")
    later, has_more = _fitting(found, length or conf.page_length())
    return {"messages": [events.message_card(message) for message in later], "later": has_more}


def _fitting(found: MessageQuerySet, length: int) -> tuple[list[Message], bool]:
    """Return the first messages, and whether there are more. Long messages make fewer than `length`, but at least one.

    Messages that do not fit are not read: a page of the longest ones would be several megabytes.
    """
    count = pagination.fitting(found, ("body", "html"), length)
    read = list(found[: count + 1])
    return read[:count], len(read) > count
