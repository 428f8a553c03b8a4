"""What a page asks for while it is open, as JSON: slices of history, and lists that hang on a room."""

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

MOST_PEOPLE = 10  # that a name's beginning may mean: more is no help
MOST_THREADS = 50  # in a page
MOST_PINS = 50
WORDS = ("body", "html")  # what is long in a message


@require_GET
@charged
def history_page(request: HttpRequest, room_id: int) -> HttpResponse:
    """Return the page of messages before or after a position, or around one."""
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
    """Return the thread on a message: its latest replies, or those before, after or around a position."""
    root = _message(request, room_id, message_id)
    page = history.thread_page(root, *(_position(request, name) for name in ("before", "after", "around")))
    mine = root.participants.filter(user=signed_in_user(request)).first()
    return _json(page | {"root": events.message_card(root), "last_read": mine and mine.last_read})


@require_GET
@charged
def edits(request: HttpRequest, room_id: int, message_id: int) -> HttpResponse:
    """A page of what a message said before, from the first on, or from after an edit."""
    after = _position(request, "after")
    found = _message(request, room_id, message_id).edits.order_by("pk").filter(pk__gt=after or 0)
    count = pagination.fitting(found, ["body"])
    read = list(found[: count + 1])
    page = [{"id": edit.pk, "body": edit.body, "at": edit.written_at} for edit in read[:count]]
    return _json({"edits": page, "more": len(read) > count})


@require_GET
@charged
def pins(request: HttpRequest, room_id: int) -> HttpResponse:
    """A page of what is pinned, the latest first."""
    pinned = _room(request, room_id).messages.exclude(pinned_at=None)
    page = pagination.newest(pinned.for_cards(), "pinned_at", request.GET.get("before", ""), MOST_PINS, WORDS)
    ids = list(pinned.order_by("-pinned_at", "-pk").values_list("pk", flat=True))
    return _json({"messages": list(map(events.message_card, page.rows)), "older": page.older, "ids": ids})


@require_GET
@charged
def threads(request: HttpRequest, room_id: int) -> HttpResponse:
    """A page of the threads of a room in which one takes part, the liveliest first."""
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
    """Whom the beginning of a name may mean."""
    begins = request.GET.get("q", "").replace("\0", "")
    standing = _room(request, room_id).memberships.current().filter(user__deleted_at=None)
    found = standing.whose_name_begins(begins).select_related("user")
    people = found.order_by("user__username")[:MOST_PEOPLE]
    return _json({"people": [events.user_card(membership.user) for membership in people]})


@require_GET
def people(request: HttpRequest) -> HttpResponse:
    """Whom one may write to, or add: names alone (docs/decisions/0018-names-and-presence.md)."""
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
    """Somebody with whom one shares a room; and how they stand in the one in which one looks at them."""
    by, viewer, room_id = Actor.of(request), signed_in_user(request), _position(request, "room")
    seen = member_card.room_seen_by(by, room_id) if room_id is not None else None
    found = _known_to(by, viewer).select_related("status").filter(pk=person_id).first()
    if found is None and seen and allows(seen[1], Act.SEE_MODERATION):
        # Who left is known to those who run the room, but not how they are.
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
    """Those whose card somebody may see. To anybody else, a stranger is as nobody."""
    if is_administrator(by):
        return User.objects.all()
    shared = Membership.objects.current().filter(room__in=Room.objects.of(viewer))
    return User.objects.filter(Q(pk=viewer.pk) | Q(pk__in=shared.values("user")))


def _thread(root: Message, participant: Participant, unread: dict[int, int]) -> dict[str, Any]:
    counts = {"unread": unread[participant.pk], "last_read": participant.last_read}
    return {"message": events.message_card(root), **counts}


def _json(answer: dict[str, Any]) -> JsonResponse:
    """Answer in UTF-8: as escapes, texts in most scripts would be twice as long."""
    return JsonResponse(answer, json_dumps_params={"ensure_ascii": False})


def _room(request: HttpRequest, room_id: int) -> Room:
    return get_object_or_404(Room.objects.of(signed_in_user(request)), pk=room_id)


def _message(request: HttpRequest, room_id: int, message_id: int) -> Message:
    return get_object_or_404(_room(request, room_id).messages.for_cards(), pk=message_id)


def _position(request: HttpRequest, name: str) -> int | None:
    """A position in the address, if there is one. Raises BadRequest for what cannot be one."""
    text = request.GET.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise BadRequest(f"{name}: a position")
    return int(text)
