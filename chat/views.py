"""The pages: the index, a room, and the forms that lead from one to the other."""

from typing import Any, cast

from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.models import User
from chat import events, history, listing
from chat.attendance import count_in, here_counts
from chat.authority import ADMINISTRATOR, acts_of
from chat.errors import Invalid, NotFound
from chat.models import Membership, Room
from chat.services import rooms as room_services


@never_cache
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    return _index(request)


@require_POST
def go(request: HttpRequest) -> HttpResponse:
    """To the public room of the name that was typed: made on the spot if there is none."""
    name = request.POST.get("name", "")
    try:
        return redirect(room_services.go_to(_user(request), name))
    except Invalid as refused:
        return _index(request, status=422, go_name=name, go_error=refused.detail)


@never_cache
@require_GET
def room(request: HttpRequest, room_id: int) -> HttpResponse:
    user = _user(request)
    shown = get_object_or_404(Room.objects.open_to(user), pk=room_id)
    if not Room.objects.of(user).filter(pk=room_id).exists():
        return render(request, "chat/join.html", {"room": _directory_entry(shown, user)})
    version, page = history.latest_page(room_id)
    listed = _listed_rooms(user)
    state = {
        "me": events.user_card(user),
        "authority": {role: acts_of([role]) for role in (*Membership.Role.values, ADMINISTRATOR)},
        "administrator": user.is_staff,
        "room": next(entry for entry in listed if entry["id"] == room_id),
        "rooms": listed,
        "version": version,
        "page": page,
        "urls": {
            "index": reverse("chat:index"),
            "room": reverse("chat:room", args=[0]),
            "history": reverse("chat:history", args=[0]),
            "person": reverse("chat:person", args=[0]),
            "settings": reverse("chat:room-settings:general", args=[0]),
        },
    }
    return render(request, "chat/room.html", {"state": state, "room": shown})


@require_POST
def join(request: HttpRequest, room_id: int) -> HttpResponse:
    try:
        return redirect(room_services.join(_user(request), room_id))
    except NotFound as refused:
        raise Http404 from refused


@require_POST
def leave(request: HttpRequest, room_id: int) -> HttpResponse:
    try:
        room_services.leave(_user(request), room_id)
    except NotFound as refused:
        raise Http404 from refused
    return redirect("chat:index")


def _user(request: HttpRequest) -> User:
    """Whoever is signed in: LoginRequiredMiddleware lets nobody else through."""
    return cast(User, request.user)


def _index(request: HttpRequest, status: int = 200, **form: str) -> HttpResponse:
    user = _user(request)
    memberships, public = list(Membership.objects.of(user).listed()), list(_with_members(Room.objects.directory()))
    # Read once for both lists: where Redis answers nothing, one wait is long enough.
    here = here_counts(list({membership.room_id for membership in memberships} | {room.pk for room in public}))
    context = {
        "me": events.user_card(user),
        "rooms": _listed(memberships, here),
        "public_rooms": _directory(public, {membership.room_id for membership in memberships}, here),
        "go_name": "",
        "go_error": "",
    }
    return render(request, "chat/index.html", context | form, status=status)


def _listed_rooms(user: User) -> list[dict[str, Any]]:
    memberships = list(Membership.objects.of(user).listed())
    return _listed(memberships, here_counts([membership.room_id for membership in memberships]))


def _listed(memberships: list[Membership], here: dict[int, int] | None) -> list[dict[str, Any]]:
    return listing.listed_rooms(memberships, lambda room_id: count_in(here, room_id))


def _directory(public: list[Any], joined: set[int], here: dict[int, int] | None) -> list[dict[str, Any]]:
    """The public rooms, with how many people are in each now, the liveliest first."""
    entries = [_entry(room, room.pk in joined, count_in(here, room.pk)) for room in public]
    return sorted(entries, key=lambda entry: (-(entry["here"] or 0), -entry["members"], entry["name"].casefold()))


def _directory_entry(shown: Room, user: User) -> dict[str, Any]:
    here = here_counts([shown.pk])
    counted = _with_members(Room.objects.filter(pk=shown.pk)).get()
    return _entry(counted, False, count_in(here, shown.pk))


def _entry(room: Any, joined: bool, here: int | None) -> dict[str, Any]:
    card = {"id": room.pk, "name": room.name, "topic": room.topic}
    return card | {"here": here, "members": room.member_count, "joined": joined}


def _with_members(found: Any) -> Any:
    return found.annotate(member_count=Count("memberships", filter=Q(memberships__left_at=None)))
