"""Invite links of a room."""

from typing import Any

from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from chat.forms import LinkForm
from chat.models import Room
from chat.permissions.acts import Act
from chat.queries.pagination import numbered
from chat.services.rooms import invites as room_invites
from chat.views.room_settings.access import for_those_who_may, show
from chat.views.service_calls import attempt


@for_those_who_may(Act.INVITE)
def invites(request: HttpRequest, room: Room) -> HttpResponse:
    form, link, status = LinkForm(request.POST or None), "", 200
    if request.method == "POST":
        status = 422
    if form.is_valid():
        done, made = attempt(request, room_invites.make_link, room.pk, **form.limits)
        if done and made:
            # Only this response shows the new link.
            link, status, form = request.build_absolute_uri(reverse("chat:invited", args=[made[1]])), 200, LinkForm()
    return show(request, room, "invites", {"form": form, "link": link, **_links(request, room)}, status)


@for_those_who_may(Act.INVITE)
@require_POST
def revoke(request: HttpRequest, room: Room, invite_id: int) -> HttpResponse:
    attempt(request, room_invites.revoke_link, invite_id)
    return redirect("chat:room-settings:invites", room.pk)


def _links(request: HttpRequest, room: Room) -> dict[str, Any]:
    works = Exists(room.invites.valid().filter(pk=OuterRef("pk")))
    found = room.invites.select_related("by").annotate(works=works).order_by("-works", "-pk")
    page = numbered(request, found)
    return {"found": page, "valid": {invite.pk for invite in page if invite.works}}
