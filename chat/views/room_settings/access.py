"""Access to a room's settings pages, for users who may do at least one thing there.

For all others, these pages do not exist.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from chat.models import Room
from chat.permissions.actions import actions_in
from chat.permissions.actor import Actor
from chat.permissions.acts import Act, allows
from chat.permissions.roles import roles_of

View = Callable[..., HttpResponse]


def for_those_who_may(act: Act) -> Callable[[View], View]:
    """Guard a view of one room: 404 for a user without a role there, 403 if the role is not enough.

    This guards only the page. The service checks permission again, inside its transaction.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, room_id: int, **kwargs: Any) -> HttpResponse:
            room = Room.objects.existing().filter(pk=room_id).first()
            roles = roles_of(Actor.of(request), room) if room else frozenset()
            if room is None or not roles:
                raise Http404
            if not allows(roles, act):
                raise PermissionDenied
            return view(request, room, **kwargs)

        return guarded

    return decorate


def show(request: HttpRequest, room: Room, page: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """Render one of a room's pages, `chat/room_settings/<page>.html`.

    `sees` are the acts with tabs that the viewer may open, `may` those that are possible now: fewer in an archived
    room.
    """
    roles = roles_of(Actor.of(request), room)
    possible = actions_in(roles, room)
    acts = {"sees": {act.value: allows(roles, act) for act in Act}, "may": {act.value: act in possible for act in Act}}
    shared = {"room": room, "page": page} | acts
    return render(request, f"chat/room_settings/{page}.html", shared | context, status=status)
