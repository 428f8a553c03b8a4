"""Rows as the events of docs/protocol.md. Pure: nothing here reads, writes or sends."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from chat.models import Announcement, Membership, Message, Participant, Room, Status

if TYPE_CHECKING:
    from accounts.models import User

Event = dict[str, Any]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
QUOTE_LENGTH = 300  # characters: enough to recognise the quoted message


def user_card(user: "User") -> dict[str, Any]:
    """Return a user as clients see them. `picture` and `deleted` are left out if they do not apply, as for most."""
    card = {"id": user.pk, "username": user.username, "name": user.name}
    if picture := user.picture_url:
        card["picture"] = picture
    if user.deleted_at is not None:
        card["deleted"] = True
    return card


def own_status(user: "User") -> dict[str, Any]:
    """Return a user's own status settings, without those that have expired."""
    status = Status.of(user)
    text, emoji, until = ("", "", None) if status.has_ended else (status.text, status.emoji, status.until)
    return {"mode": status.mode_now, "text": text, "emoji": emoji, "until": until and moment(until)}


def person_card(user: "User") -> dict[str, Any]:
    """Return a user as members of shared rooms see them, without presence. The status must be read with the user."""
    own, seen = own_status(user), Status.of(user).last_seen_at
    card = user_card(user)
    if Status.of(user).shows_dnd:
        card["dnd"] = True
    if own["text"] or own["emoji"]:
        card["status"] = {name: own[name] for name in ("text", "emoji", "until")}
    if seen:
        card["last_seen"] = moment(seen)
    return card


def beside_presence(card: dict[str, Any], *, is_there: bool) -> dict[str, Any]:
    """Return the parts of a person's card that fit their presence.

    `last_seen` is not shown for a user who is present. `dnd` is not shown for a user who is absent: it would reveal
    that they became invisible, and did not leave.
    """
    unfit = "last_seen" if is_there else "dnd"
    return {name: value for name, value in card.items() if name != unfit}


def person_state(user: "User") -> dict[str, Any]:
    """Return the state that hubs keep of a user. The later of two has the greater `changed`, in µs."""
    changed = Status.of(user).changed_at
    return {
        "changed": (changed - EPOCH) // timedelta(microseconds=1) if changed else 0,
        "status": own_status(user),
        "card": person_card(user),
        "profile": {"display_name": user.display_name, "picture": user.picture},
    }


def room_card(room: Room) -> dict[str, Any]:
    return {"id": room.pk, "version": room.version, **room_settings(room)}


def room_settings(room: Room) -> dict[str, Any]:
    """Return a room's settings, without those that are off or empty, as they are in most rooms."""
    settings = {"kind": room.kind, "name": room.name, "topic": room.topic}
    rare = {
        "description": room.description,
        "emoji": room.emoji,
        "read_only": room.is_read_only,
        "locked": room.is_locked,
        "slow": room.slow_seconds,
        "archived": room.archived_at is not None,
    }
    return settings | {name: value for name, value in rare.items() if value}


def listed_room(membership: Membership, here: int | None, people: "Iterable[User] | None" = None) -> dict[str, Any]:
    """Return a room with its member's own data. The membership must be read with_unread().

    `people` are the other people of a direct conversation.
    """
    own = {"role": membership.role, "last_read": membership.last_read, "here": here}
    if membership.unread_marks:
        own["marks"] = membership.unread_marks
    listed = room_card(membership.room) | own | unread_counts(membership) | own_settings(membership) | _mute(membership)
    if people is not None:
        listed["people"] = [user_card(user) for user in people]
    return listed


def own_settings(membership: Membership) -> dict[str, Any]:
    decided = {
        "quiet": membership.is_quiet,
        "favourite": membership.is_favourite,
        "put_away": membership.is_put_away,
        "place": membership.place,
    }
    return {name: value for name, value in decided.items() if value not in (False, None)}


def unread_counts(membership: Membership) -> dict[str, int]:
    return {"unread": membership.unread, "mentions": membership.mentions, "threads": membership.threads}


def message_card(message: Message) -> dict[str, Any]:
    """Return a message without its empty fields: most have few, and each message is read by many."""
    card = {
        "id": message.pk,
        "kind": message.kind,
        "author": user_card(message.author),
        "body": message.body,
        "html": message.rendered(),
        "client_id": str(message.client_id),
        "created_at": moment(message.created_at),
        "position": message.position,
        "version": message.version,
    }
    if message.told:
        card["told"] = message.told
    if message.thread_id:
        card["thread"] = message.thread_id
    if message.quote_id:
        card["quote"] = quote_card(message.quote)
    if message.notice:
        card["notice"] = message.notice
    if message.has_changed:
        card.update(_what_happened_to(message))
    return card


def quote_card(quoted: Message | None) -> dict[str, Any]:
    assert quoted is not None
    if quoted.is_deleted:
        return {"id": quoted.pk, "deleted": True}
    return {"id": quoted.pk, "author": user_card(quoted.author), "body": quoted.preview()[:QUOTE_LENGTH]}


def _what_happened_to(message: Message) -> Iterator[tuple[str, Any]]:
    if message.deleted_at:
        yield "deleted", {"at": moment(message.deleted_at), "by": _user(message.deleted_by)}
    if message.edited_at:
        yield "edited_at", moment(message.edited_at)
    if message.pinned_at:
        yield "pinned", {"at": moment(message.pinned_at), "by": _user(message.pinned_by)}
    if message.last_reply_at:
        people = [user_card(participant.user) for participant in message.participants.all()]
        yield "replies", {"count": message.reply_count, "last_at": moment(message.last_reply_at), "people": people}
    if reactions := message.reactions_by_emoji().items():
        yield "reactions", [{"emoji": emoji, "users": list(map(user_card, users))} for emoji, users in reactions]


def message_posted(message: Message) -> Event:
    return _numbered("message.posted", message.room_id, message.version, message=message_card(message))


def message_changed(message: Message) -> Event:
    return _numbered("message.changed", message.room_id, message.version, message=message_card(message))


def message_reacted(message: Message, user: "User", emoji: str, *, added: bool) -> Event:
    """Return the event of a reaction without the message, which may be long and goes to everyone."""
    order = list(message.reactions_by_emoji())
    reaction = {"message": message.pk, "user": user_card(user), "emoji": emoji, "added": added, "order": order}
    return _numbered("message.reacted", message.room_id, message.version, **reaction)


def messages_requoted(quoted: Message, version: int) -> Event:
    """Return one event for all messages that quote a message, which may be many."""
    return _numbered("messages.requoted", quoted.room_id, version, quote=quote_card(quoted))


def message_event(message: Message) -> Event:
    return message_changed(message) if message.has_changed else message_posted(message)


def messages_deleted(
    room: Room,
    ids: list[int],
    counted: Iterable[Message],
    threads: Iterable[Message],
    by: "User | None",
    at: datetime,
) -> Event:
    """Return the event, with the `counted` messages that someone had not read, and the `threads` that lost replies."""
    members = {"messages": ids, "by": _user(by), "at": moment(at), **_counts_of(counted, threads)}
    return _numbered("messages.deleted", room.pk, room.version, **members)


def messages_removed(room: Room, ids: list[int], counted: Iterable[Message], threads: Iterable[Message]) -> Event:
    return _numbered("messages.removed", room.pk, room.version, messages=ids, **_counts_of(counted, threads))


def _counts_of(counted: Iterable[Message], threads: Iterable[Message]) -> dict[str, Any]:
    unread = [
        {"position": message.position, "author": message.author_id, **({"told": message.told} if message.told else {})}
        for message in counted
    ]
    replies = [
        {"id": root.pk, "count": root.reply_count, "last_at": root.last_reply_at and moment(root.last_reply_at)}
        for root in threads
    ]
    return {name: found for name, found in {"counted": unread, "threads": replies}.items() if found}


def member_changed(membership: Membership) -> Event:
    user = user_card(membership.user)
    if membership.left_at:
        return _numbered("member.left", membership.room_id, membership.version, user=user, **ending(membership))
    kind = "member.joined" if membership.version == membership.admitted else "member.changed"
    return _numbered(kind, membership.room_id, membership.version, user=user, **_standing(membership))


def _standing(membership: Membership) -> dict[str, Any]:
    return {"role": membership.role, **_mute(membership)}


def _mute(membership: Membership) -> dict[str, Any]:
    found = muted(membership)
    return {"muted": found} if found else {}


def muted(membership: Membership) -> dict[str, Any] | None:
    if not (membership.is_muted and membership.muted_until):
        return None
    return {"until": moment(membership.muted_until), "reason": membership.mute_reason}


def ending(membership: Membership) -> dict[str, Any]:
    """Return how a membership ended, if another user ended it."""
    if not membership.ending or membership.ending == Membership.Ending.LEFT:
        return {}
    return {"how": membership.ending, "by": _user(membership.ended_by), "reason": membership.ending_reason}


def room_changed(room: Room) -> Event:
    return _numbered("room.changed", room.pk, room.settings_version, settings=room_settings(room))


def room_deleted(room: Room, by: "User | None", reason: str) -> Event:
    return _numbered("room.deleted", room.pk, room.version, by=_user(by), reason=reason)


def room_reset(room_id: int, version: int, page: dict[str, Any]) -> Event:
    return _numbered("room.reset", room_id, version, page=page)


def ending_of_all(deleted: Event) -> dict[str, Any]:
    return {"how": Membership.Ending.DELETED, "by": deleted["by"], "reason": deleted["reason"]}


def room_gained(listed: dict[str, Any]) -> Event:
    return {"type": "room.gained", "room": listed}


def room_lost(room_id: int, ending: dict[str, Any] | None = None) -> Event:
    """Return the event for a former member. `ending` is given if another user ended the membership."""
    return {"type": "room.lost", "room": room_id, **(ending or {})}


def room_kept(membership: Membership) -> Event:
    return {"type": "room.kept", "room": membership.room_id, **own_settings(membership)}


def read_moved(membership: Membership) -> Event:
    counts = {"unread": membership.unread, "mentions": membership.mentions}
    read = {"position": membership.last_read, "marks": membership.unread_marks}
    return {"type": "read.moved", "room": membership.room_id, **read, **counts}


def thread_moved(membership: Membership, participant: Participant) -> Event:
    return {
        "type": "thread.moved",
        "room": participant.room_id,
        "message": participant.root_id,
        "position": participant.last_read,
        "threads": membership.threads,
    }


def blocks_changed(blocked: Iterable[int], memberships: Iterable[Membership]) -> Event:
    """Return the event for a blocker. Read the memberships with_unread(), so that blocked people do not count."""
    rooms = [{"room": membership.room_id, **unread_counts(membership)} for membership in memberships]
    return {"type": "blocks.changed", "blocked": sorted(blocked), "rooms": rooms}


def user_changed(user: "User") -> Event:
    return {"type": "user.changed", "user": user_card(user)}


def status_changed(status: dict[str, Any]) -> Event:
    return {"type": "status.changed", "status": status}


def reports_counted(room_id: int, open: int) -> Event:
    return {"type": "reports.counted", "room": room_id, "open": open}


def announcement_card(announcement: Announcement) -> dict[str, Any]:
    until = announcement.until and moment(announcement.until)
    return {"id": announcement.pk, "text": announcement.text, "at": moment(announcement.created_at), "until": until}


def site_announced(announcement: dict[str, Any] | None) -> Event:
    return {"type": "site.announced", "announcement": announcement}


def typing(kind: Literal["typing.started", "typing.stopped"], room_id: int, user: "User", thread: int | None) -> Event:
    return {"type": kind, "room": room_id, "thread": thread, "user": user_card(user)}


def presence_snapshot(
    room_id: int, people: list[dict[str, Any]] | None, counts: dict[str, int] | None, whole: bool
) -> Event:
    """Return the sidebar, or its first page. People and counts are None if they are not known."""
    known = {"known": people is not None, "people": people or [], "counts": counts, "whole": whole}
    return {"type": "presence.snapshot", "room": room_id, **known}


def presence_changed(room_id: int, people: list[dict[str, Any]], counts: dict[str, int]) -> Event:
    return {"type": "presence.changed", "room": room_id, "people": people, "counts": counts}


def presence_counted(rooms: dict[int, int] | None) -> Event:
    return {"type": "presence.counted", "rooms": rooms}


def directory_counted(rooms: dict[int, int] | None) -> Event:
    return {"type": "directory.counted", "rooms": rooms}


def partners_changed(states: dict[int, str] | None) -> Event:
    return {"type": "partners.changed", "partners": states}


def _numbered(kind: str, room_id: int, version: int, **members: Any) -> Event:
    return {"type": kind, "room": room_id, "version": version, **members}


def _user(user: "User | None") -> dict[str, Any] | None:
    return None if user is None else user_card(user)


def moment(time: datetime) -> str:
    return time.isoformat().replace("+00:00", "Z")
