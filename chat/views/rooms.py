"""Pages: the index, a room, and the forms that lead from one to the other."""

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.models import User
from accounts.requests import signed_in_user
from chat.errors import Forbidden, Invalid, NotFound
from chat.models import Block, Membership, Message, Room
from chat.permissions.actor import Actor
from chat.permissions.acts import permissions_table
from chat.protocol import events
from chat.queries import directory, history, pagination, room_list
from chat.queries.history_limits import charged
from chat.queries.presence import count_in, here_counts
from chat.services.rooms import membership as room_services
from chat.services.rooms.names import room_of
from chat.services.shared.validation import clean_name
from chat.views import joining

MOST_UNFOLDED = 50  # own rooms on the index


@require_GET
@charged
def index(request: HttpRequest) -> HttpResponse:
    return _index(request)


@require_POST
def go(request: HttpRequest) -> HttpResponse:
    """Go to the room with the typed name. If there is none, ask once whether to create it."""
    user, typed = signed_in_user(request), request.POST.get("name", "")
    try:
        name = clean_name(typed)
        if "create" in request.POST or room_of(name):
            return redirect(room_services.go_to(user, name, Actor.of(request).address))
        if found := directory.first_match(user, name):
            return redirect(found)
        return _index(request, go_name=name, go_new=name)
    except (Invalid, Forbidden) as refused:
        return _index(request, status=422, go_name=typed, go_error=refused.detail)


@require_GET
@charged
def room(request: HttpRequest, room_id: int, message_id: int | None = None) -> HttpResponse:
    """Show a room; with `message_id`, the thread of that message is open beside the conversation."""
    user = signed_in_user(request)
    shown = get_object_or_404(Room.objects.open_to(user), pk=room_id)
    if not Room.objects.of(user).filter(pk=room_id).exists():
        return joining.join_page(request, shown)
    thread = None if message_id is None else _root_of(shown, message_id)
    listed = _listed_rooms(user, room_id)
    entry = next(entry for entry in listed if entry["id"] == room_id)
    version, page = history.first_page(room_id, entry["last_read"] if entry["unread"] else None)
    state = {
        "now": events.moment(timezone.now()),
        "me": events.user_card(user),
        "permissions": permissions_table(),
        "administrator": user.is_staff and Actor.of(request).may_run_the_site,
        "blocked": list(Block.objects.by(user).values_list("blocked", flat=True)),
        "room": entry,
        "thread": thread,
        "rooms": listed,
        "version": version,
        "page": page,
        "urls": {
            "index": reverse("chat:index"),
            "newRoom": reverse("chat:new-room"),
            "publicRooms": reverse("chat:public-rooms"),
            "room": reverse("chat:room", args=[0]),
            "history": reverse("chat:history", args=[0]),
            "person": reverse("chat:person", args=[0]),
            "people": reverse("chat:people"),
            "settings": reverse("chat:room-settings:general", args=[0]),
        },
    }
    return render(request, "chat/room.html", {"state": state, "room": shown, "name": room_list.name_of(entry)})


def _root_of(room: Room, message_id: int) -> int:
    found = get_object_or_404(Message.objects.said().filter(room=room), pk=message_id)
    return found.thread_id or found.pk


@require_POST
def leave(request: HttpRequest, room_id: int) -> HttpResponse:
    try:
        room_services.leave(signed_in_user(request), room_id, Actor.of(request).address)
    except NotFound as refused:
        raise Http404 from refused
    except Invalid as refused:
        messages.error(request, refused.detail)
        return redirect("chat:room", room_id)
    return redirect("chat:index")


def _index(request: HttpRequest, status: int = 200, **form: str) -> HttpResponse:
    user = signed_in_user(request)
    words = pagination.wanted(request)
    memberships, public = list(Membership.objects.of(user).awake().listed()), directory.find(words)
    # Read once for both lists, so that an unresponsive Redis costs only one wait.
    here = here_counts(list({membership.room_id for membership in memberships} | {room.id for room in public}))
    page = pagination.numbered(request, directory.in_order(public, here))
    listed = _listed(memberships, here)
    shown = room_list.in_sight(listed)
    context = {
        "me": events.user_card(user),
        "rooms": listed,
        **_folded([room for room in shown if not room.get("archived")]),
        "archived": [room for room in shown if room.get("archived")],
        "public_rooms": directory.entries_of(page, {membership.room_id for membership in memberships}, here),
        "public_page": page,
        "go_name": words,
        "go_error": "",
        "go_new": "",
    }
    return render(request, "chat/index.html", context | form, status=status)


def _folded(own: list[dict[str, Any]]) -> dict[str, Any]:
    """Split a long list of own rooms: those further down are collapsed, except rooms with unread messages."""
    first, rest = own[:MOST_UNFOLDED], own[MOST_UNFOLDED:]
    return {
        "yours": first + [room for room in rest if room["unread"]],
        "more_yours": [room for room in rest if not room["unread"]],
        "own_count": len(own),
    }


def _listed_rooms(user: User, shown: int) -> list[dict[str, Any]]:
    awake = Membership.objects.of(user).awake().values("pk")
    # The shown room is listed even if it is put away.
    memberships = list(Membership.objects.of(user).filter(Q(pk__in=awake) | Q(room=shown)).listed())
    return _listed(memberships, here_counts([membership.room_id for membership in memberships]))


def _listed(memberships: list[Membership], here: dict[int, int] | None) -> list[dict[str, Any]]:
    return room_list.listed_rooms(memberships, lambda room_id: count_in(here, room_id))
