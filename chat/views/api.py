"""JSON endpoints for an open room page: history, threads, edits, pins, people."""

from typing import Any

from django.core.exceptions import BadRequest
from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Coalesce, Lower
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from accounts.models import User
from accounts.requests import signed_in_user
from chat.models import Block, Membership, Message, Participant, Room
from chat.permissions.actor import Actor
from chat.permissions.acts import Act, allows
from chat.permissions.roles import is_administrator
from chat.protocol import events
from chat.queries import directory, history, member_card, pagination
from chat.queries.history_limits import charged
from chat.queries.presence import presence_of

MOST_PEOPLE = 10  # matches for the beginning of a name: more are no help
MOST_THREADS = 50  # in a page
MOST_PINS = 50
WORDS = ("body", "html")  # the long columns of a message


@require_GET
@charged
def history_page(request: HttpRequest, room_id: int) -> HttpResponse:
    room = _room(request, room_id)
    before, after, around = [_position(request, name) for name in ("before", "after", "around")]
    if before is not None:
        return _json(history.page_before(room.pk, before))
    if after is not None:
        return _json(history.page_after(room.pk, after))
    if around is not None:
        return _json(history.page_around(room.pk, around))
    raise BadRequest("before, after or around: a position")


@require_GET
@charged
def thread(request: HttpRequest, room_id: int, message_id: int) -> HttpResponse:
    root = _message(request, room_id, message_id)
    page = history.thread_page(root, *(_position(request, name) for name in ("before", "after", "around")))
    mine = root.participants.filter(user=signed_in_user(request)).first()
    return _json(page | {"root": events.message_card(root), "last_read": mine and mine.last_read})


@require_GET
@charged
def edits(request: HttpRequest, room_id: int, message_id: int) -> HttpResponse:
    after = _position(request, "after")
    found = _message(request, room_id, message_id).edits.order_by("pk").filter(pk__gt=after or 0)
    count = pagination.fitting(found, ["body"])
    read = list(found[: count + 1])
    page = [{"id": edit.pk, "body": edit.body, "at": edit.written_at} for edit in read[:count]]
    return _json({"edits": page, "more": len(read) > count})


@require_GET
@charged
def pins(request: HttpRequest, room_id: int) -> HttpResponse:
    pinned = _room(request, room_id).messages.exclude(pinned_at=None)
    page = pagination.newest(pinned.for_cards(), "pinned_at", request.GET.get("before", ""), MOST_PINS, WORDS)
    ids = list(pinned.order_by("-pinned_at", "-pk").values_list("pk", flat=True))
    return _json({"messages": list(map(events.message_card, page.rows)), "older": page.older, "ids": ids})


@require_GET
@charged
def threads(request: HttpRequest, room_id: int) -> HttpResponse:
    user = signed_in_user(request)
    later = Q(root__replies__position__gt=F("last_read"), root__replies__deleted_at=None)
    silent = Q(root__replies__author=user) | Q(root__replies__author__in=Block.objects.by(user).values("blocked"))
    unread = Count("root__replies", filter=later & ~silent)
    mine = Participant.objects.filter(room=_room(request, room_id), user=user)
    mine = mine.annotate(last_reply_at=Coalesce("root__last_reply_at", "root__created_at"))
    long = [f"root__{name}" for name in WORDS]
    page = pagination.newest(mine, "last_reply_at", request.GET.get("before", ""), MOST_THREADS, long)
    roots = Message.objects.for_cards().in_bulk([participant.root_id for participant in page.rows])
    counted = mine.filter(pk__in=[participant.pk for participant in page.rows]).annotate(unread=unread)
    counts = dict(counted.values_list("pk", "unread"))
    found = [_thread(roots[participant.root_id], participant, counts) for participant in page.rows]
    return _json({"threads": found, "older": page.older})


@require_GET
def members(request: HttpRequest, room_id: int) -> HttpResponse:
    """Return members with a name that starts with `q`, for mention completion."""
    begins = request.GET.get("q", "").replace("\0", "")
    standing = _room(request, room_id).memberships.current().filter(user__deleted_at=None)
    found = standing.whose_name_begins(begins).select_related("user")
    people = found.order_by("user__username")[:MOST_PEOPLE]
    return _json({"people": [events.user_card(membership.user) for membership in people]})


@require_GET
def people(request: HttpRequest) -> HttpResponse:
    """Return names of users to write to or to add (docs/decisions/0018-names-and-presence.md)."""
    begins = request.GET.get("q", "").replace("\0", "")
    found = User.objects.reachable().whose_name_begins(begins).order_by("username")
    return _json({"people": [events.user_card(user) for user in found[:MOST_PEOPLE]]})


@require_GET
def public_rooms(request: HttpRequest) -> HttpResponse:
    """List public rooms that the user has not joined, by name, for the switcher."""
    found = directory.others_named(signed_in_user(request), pagination.wanted(request))
    return _json(
        {"rooms": [{"id": room.pk, "kind": room.kind, "name": room.name, "emoji": room.emoji} for room in found]}
    )


@require_GET
def person(request: HttpRequest, person_id: int) -> HttpResponse:
    """Return the card of a user who shares a room with the viewer, and their standing in the viewer's open room."""
    by, viewer, room_id = Actor.of(request), signed_in_user(request), _position(request, "room")
    seen = member_card.room_seen_by(by, room_id) if room_id is not None else None
    found = _known_to(by, viewer).select_related("status").filter(pk=person_id).first()
    if found is None and seen and allows(seen[1], Act.SEE_MODERATION):
        # Moderators may also look up former members, but not their presence.
        gone = get_object_or_404(member_card.people_of(seen[0]), pk=person_id)
        return _json(events.user_card(gone) | member_card.standing_in(by, *seen, gone))
    if found is None:
        raise Http404
    here = member_card.standing_in(by, *seen, found) if seen else {}
    return _json(_card_for(viewer, found) | here)


def _card_for(viewer: User, person: User) -> dict[str, Any]:
    both = Room.objects.of(viewer).filter(pk__in=Room.objects.of(person))
    shared = both.exclude(kind=Room.Kind.DIRECT).order_by(Lower("name"), "pk")
    presence = presence_of(person.pk)
    card = events.beside_presence(events.person_card(person), is_there=presence["online"] is not False)
    return card | presence | {"time_zone": person.time_zone or None, "rooms": [room.name for room in shared]}


def _known_to(by: Actor, viewer: User) -> QuerySet[User]:
    """Return the users that the viewer may look up. Any other user is not found, like one who does not exist."""
    if is_administrator(by):
        return User.objects.all()
    shared = Membership.objects.current().filter(room__in=Room.objects.of(viewer))
    return User.objects.filter(Q(pk=viewer.pk) | Q(pk__in=shared.values("user")))


def _thread(root: Message, participant: Participant, unread: dict[int, int]) -> dict[str, Any]:
    counts = {"unread": unread[participant.pk], "last_read": participant.last_read}
    return {"message": events.message_card(root), **counts}


def _json(answer: dict[str, Any]) -> JsonResponse:
    # In UTF-8: as escapes, texts in most scripts would be twice as long.
    return JsonResponse(answer, json_dumps_params={"ensure_ascii": False})


def _room(request: HttpRequest, room_id: int) -> Room:
    return get_object_or_404(Room.objects.of(signed_in_user(request)), pk=room_id)


def _message(request: HttpRequest, room_id: int, message_id: int) -> Message:
    return get_object_or_404(_room(request, room_id).messages.for_cards(), pk=message_id)


def _position(request: HttpRequest, name: str) -> int | None:
    """Return a position from the query string, if given. Raises BadRequest for an impossible one."""
    text = request.GET.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise BadRequest(f"{name}: a position")
    return int(text)
