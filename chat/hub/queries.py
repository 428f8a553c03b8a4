"""Database reads of the hub. All except `hello` run on a database thread."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple

from django.db.models import FilteredRelation, Q
from django.utils import timezone

from accounts.mfa.admin_gate import is_enough
from accounts.models import User
from accounts.sessions import sessions
from chat import conf
from chat.errors import NotFound, SignedOut
from chat.hub.delivery.connection import Connection
from chat.hub.delivery.frame import Frame
from chat.hub.delivery.replay import parts_of
from chat.models import Announcement, Block, Membership, Status
from chat.permissions.acts import Act, administrators_role, allows
from chat.permissions.roles import ranks_in
from chat.protocol import events
from chat.queries import history, room_list

STATUS_FIELDS = [field.attname for field in Status._meta.concrete_fields]


def hello(
    connection: Connection,
    status: dict[str, Any],
    listed: list[dict[str, Any]],
    announcement: dict[str, Any] | None = None,
) -> dict[str, Any]:
    greeting = {
        "type": "hello",
        "protocol": 1,
        "now": events.moment(timezone.now()),
        "user": events.user_card(connection.user),
        "status": status,
        "time_zone": connection.user.time_zone or None,
        "rooms": listed,
        "limits": {"body_length": conf.body_length()},
    }
    rare = {"blocked": sorted(connection.blocked), "announcement": announcement}
    return greeting | {name: value for name, value in rare.items() if value}


def arrival(user: int) -> tuple[dict[str, Any], list[int]]:
    """Read a connecting user, and the ids of their rooms. Rooms that are put away without news are left out.

    It is a single query, since the user waits for it. Raises SignedOut.
    """
    current = FilteredRelation("memberships", condition=Q(memberships__left_at=None))
    found = User.objects.filter(pk=user).annotate(current=current)
    # Some users are in many rooms: a tuple for each room is cheaper than a model instance.
    rows = list(
        found.values_list(
            "current__room",
            "current__is_put_away",
            "current__last_read",
            "current__room__version",
            "username",
            "display_name",
            "picture",
            *(f"status__{f}" for f in STATUS_FIELDS),
        )
    )
    if not rows:
        raise SignedOut
    _, _, _, _, username, display_name, picture, *status = rows[0]
    person = User(pk=user, username=username, display_name=display_name, picture=picture)
    if status[0] is not None:
        person.status = Status(*status)
    rooms = [
        room for room, put_away, last_read, version, *_ in rows if room and not (put_away and version <= last_read)
    ]
    return events.person_state(person), rooms


def changed_people(span: timedelta) -> list[dict[str, Any]]:
    return people(Status.objects.changed_within(span).values("pk"))


def people(users: Any) -> list[dict[str, Any]]:
    return [events.person_state(user) for user in User.objects.filter(pk__in=users).select_related("status")]


def announcement() -> dict[str, Any] | None:
    current = Announcement.objects.current().first()
    return events.announcement_card(current) if current else None


def listed_rooms(user: int, room_id: int | None = None) -> list[dict[str, Any]]:
    """Return the user's rooms without those that are asleep; or a single room, even if it is asleep."""
    found = Membership.objects.current().filter(user=user)
    found = found.awake() if room_id is None else found.filter(room=room_id)
    return room_list.listed_rooms(found.listed())


def greeting(user: int) -> tuple[list[dict[str, Any]], frozenset[int]]:
    return listed_rooms(user), blocked_by([user]).get(user, frozenset())


def blocked_by(users: Collection[int]) -> dict[int, frozenset[int]]:
    found = defaultdict(set)
    for blocker, blocked in Block.objects.filter(blocker__in=users).values_list("blocker", "blocked"):
        found[blocker].add(blocked)
    return {blocker: frozenset(blocked) for blocker, blocked in found.items()}


def blocks_changed(user: int, blocked: Collection[int], changed: Collection[int]) -> events.Event:
    """Build the event for the blocker's tabs, with the counts of rooms that they share with the `changed` users."""
    shared = Membership.objects.filter(user__in=changed).values("room")
    mine = Membership.objects.current().filter(user=user, room__in=shared)
    return events.blocks_changed(blocked, mine.with_unread())


def endings(lost: Collection[tuple[int, int]]) -> dict[tuple[int, int], dict[str, Any]]:
    ended = Membership.objects.exclude(left_at=None).select_related("ended_by")
    found = ended.filter(user__in={user for user, _ in lost}, room__in={room for _, room in lost})
    return {(membership.user_id, membership.room_id): events.ending(membership) for membership in found}


@dataclass(frozen=True, slots=True)
class Opened:
    """A room as its member is about to see it, and the events that the page lacks."""

    listed: dict[str, Any]
    head: int
    missed: tuple[Frame, ...]  # shared by all who have the same version
    sees_hidden: bool
    ranks: dict[int, str] | None = None  # roles.ranks_in, for users who may delete messages of others


class Opening(NamedTuple):
    """A user who opens a room, with the session and the version of the room in the page."""

    user: int
    session: str
    since: int | None


def openings(room_id: int, asked: Sequence[Opening]) -> list[Opened | NotFound]:
    """Read the room once for everyone who opens it. The result is NotFound for a user who is not a member."""
    members = Membership.objects.current().filter(room=room_id, user__in={opening.user for opening in asked})
    found = list(members.listed().select_related("room", "user"))
    listed = {member.user_id: room for member, room in zip(found, room_list.listed_rooms(found), strict=True)}
    has_staff = any(member.user.is_staff for member in found)
    administrators = _administrators(asked) if has_staff else set()
    shown_hidden = administrators if conf.administrators_see_hidden() else set()
    deleting = _deleting(asked, found, administrators)
    ranks = ranks_in(found[0].room) if deleting else None
    changes = {
        since: history.changes_since(room_id, since, limit=conf.resume_limit())
        for since in {opening.since for opening in asked if opening.user in listed}
    }
    frames = {since: parts_of(each.events) for since, each in changes.items()}
    return [
        Opened(
            listed[user],
            changes[since].head,
            frames[since],
            session in shown_hidden,
            ranks if session in deleting else None,
        )
        if user in listed
        else NotFound()
        for user, session, since in asked
    ]


def _deleting(asked: Iterable[Opening], found: Iterable[Membership], administrators: set[str]) -> set[str]:
    """Return the sessions of users who may delete messages of others in the room that these members open."""
    roles = {member.user_id: frozenset({member.role}) for member in found}
    of_administrators = {role for member in found for role in administrators_role(member.room)}
    return {
        session
        for user, session, _since in asked
        if user in roles
        and allows(roles[user] | (of_administrators if session in administrators else set()), Act.DELETE_ANY)
    }


def _administrators(asked: Iterable[Opening]) -> set[str]:
    users = {opening.user for opening in asked}
    staff = set(User.objects.administrators().filter(pk__in=users).values_list("pk", flat=True))
    held = sessions.read({opening.session for opening in asked if opening.user in staff})
    return {key for key, each in held.items() if is_enough(has_shown_factor=each.has_shown_factor)}
