"""Pages for entering a room: creating one, joining a public one, following an invite link."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.requests import signed_in_user
from chat.errors import Forbidden, Invalid, NotFound
from chat.forms import RoomForm
from chat.models import Room
from chat.permissions.actor import Actor
from chat.queries import directory
from chat.queries.presence import count_in, here_counts
from chat.services.rooms import invites, membership
from chat.services.rooms.admission import obstacle


@require_http_methods(["GET", "POST"])
def new_room(request: HttpRequest) -> HttpResponse:
    form = RoomForm(request.POST or None)
    if form.is_valid():
        try:
            address = Actor.of(request).address
            return redirect(membership.create_room(signed_in_user(request), address=address, **form.cleaned_data))
        except Invalid as refused:
            form.add_error(None, refused.detail)
    return render(request, "chat/new_room.html", {"form": form}, status=422 if form.is_bound else 200)


@require_POST
def join(request: HttpRequest, room_id: int) -> HttpResponse:
    try:
        return redirect(membership.join(signed_in_user(request), room_id))
    except NotFound as refused:
        raise Http404 from refused
    except Forbidden:
        return join_page(request, Room.objects.get(pk=room_id), status=403)


def join_page(request: HttpRequest, room: Room, status: int = 200) -> HttpResponse:
    here = here_counts([room.pk])
    entry = directory.entry_of(room, count_in(here, room.pk))
    return _door(request, room, entry | {"join": reverse("chat:join", args=[room.pk])}, status)


@require_http_methods(["GET", "POST"])
def invited(request: HttpRequest, token: str) -> HttpResponse:
    user, status = signed_in_user(request), 200
    try:
        room = invites.room_behind(user, token)
        # Only the button joins: a program that previews the link uses nothing up.
        if request.method == "POST":
            return redirect(invites.accept(user, token))
    except Forbidden:
        status = 403
    except NotFound:
        return render(request, "chat/dead_link.html", status=404)
    if room.memberships.of(user).exists():
        return redirect(room)
    return _door(request, room, directory.entry_of(room) | {"join": request.path, "invited": True}, status)


def _door(request: HttpRequest, room: Room, entry: dict[str, object], status: int) -> HttpResponse:
    context = {"room": entry, "obstacle": obstacle(room, signed_in_user(request))}
    return render(request, "chat/join.html", context, status=status)
