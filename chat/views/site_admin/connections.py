"""Open sockets on all servers: user, start, device, address and room."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.models import User
from accounts.user_agents import device_name
from accounts.usernames.search_keys import search_key, words_of
from chat.hub.layer import connection_census
from chat.hub.layer.connection_census import Socket
from chat.models import Room
from chat.queries.pagination import numbered, wanted
from chat.services.site import sessions as service
from chat.views.service_calls import attempt_and_confirm
from chat.views.site_admin.access import for_administrators, show


@dataclass(frozen=True, slots=True)
class Row:
    """A socket, and the room of its tab: a name, or only that it is private or a direct conversation."""

    socket: Socket
    room: str
    may_end: bool

    def has(self, text: str) -> bool:
        socket = self.socket
        shown = (socket.username, socket.name, device_name(socket.device), socket.address, self.room, socket.host)
        return words_of(text) in search_key(*shown)


@for_administrators
@require_GET
def connections(request: HttpRequest) -> HttpResponse:
    roll, text = connection_census.call(), wanted(request)
    found = [row for row in rows_of(request, roll.sockets) if row.has(text)]
    return show(request, "connections", {"roll": roll, "found": numbered(request, found), "q": text})


@for_administrators
@require_POST
def disconnect(request: HttpRequest, user_id: int, connection_id: str) -> HttpResponse:
    attempt_and_confirm(
        request,
        _("Disconnected."),
        service.disconnect,
        connection_id,
        user_id,
        request.POST.get("reason", ""),
    )
    return back(request, "chat:site-admin:connections")


def rows_of(request: HttpRequest, sockets: Iterable[Socket]) -> list[Row]:
    sockets = list(sockets)
    rooms = Room.objects.in_bulk({socket.room for socket in sockets if socket.room is not None})
    hidden = {Room.Kind.DIRECT: _("Direct conversation"), Room.Kind.PRIVATE: _("Private room")}
    names = {room.pk: hidden.get(Room.Kind(room.kind), str(room)) for room in rooms.values()}
    # Administrators cannot close one another's sockets.
    others = set(User.objects.administrators().exclude(pk=request.user.pk).values_list("pk", flat=True))
    return [Row(each, names.get(each.room, "") if each.room else "", each.user not in others) for each in sockets]


def back(request: HttpRequest, otherwise: str) -> HttpResponse:
    page = request.POST.get("next", "")
    return redirect(page if url_has_allowed_host_and_scheme(page, None) else otherwise)
