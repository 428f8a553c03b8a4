"""Links by which people come into a room."""

from datetime import timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from chat.asking import attempt
from chat.authority import Act
from chat.models import Room
from chat.room_settings.access import for_those_who_may, show
from chat.services import invitations
from chat.services.invitations import MOST_USES

MOST_OVER = 20  # of the links that do not work any more, the latest are shown

LIFETIMES = [
    ("1", _("in an hour")),
    ("24", _("in a day")),
    ("168", _("in a week")),
    ("720", _("in 30 days")),
    ("", _("never")),
]


class LinkForm(forms.Form):
    hours = forms.TypedChoiceField(
        label=_("Expires"), choices=LIFETIMES, coerce=int, empty_value=None, required=False, initial="168"
    )
    most_uses = forms.IntegerField(
        label=_("How many people may use it"),
        min_value=1,
        max_value=MOST_USES,
        required=False,
        help_text=_("Left empty: as many as like."),
    )

    @property
    def limits(self) -> dict[str, Any]:
        hours = self.cleaned_data["hours"]
        expires_at = None if hours is None else timezone.now() + timedelta(hours=hours)
        return {"expires_at": expires_at, "most_uses": self.cleaned_data["most_uses"]}


@for_those_who_may(Act.INVITE)
def invites(request: HttpRequest, room: Room) -> HttpResponse:
    """A link that was just made is in the answer to its form, and nowhere else ever."""
    form, link, status = LinkForm(request.POST or None), "", 200
    if request.method == "POST":
        status = 422
    if form.is_valid():
        done, made = attempt(request, invitations.make_link, room.pk, **form.limits)
        if done and made:
            link, status, form = request.build_absolute_uri(reverse("chat:invited", args=[made[1]])), 200, LinkForm()
    return show(request, room, "invites", {"form": form, "link": link, **_links(room)}, status)


@for_those_who_may(Act.INVITE)
@require_POST
def revoke(request: HttpRequest, room: Room, invite_id: int) -> HttpResponse:
    attempt(request, invitations.revoke_link, invite_id)
    return redirect("chat:room-settings:invites", room.pk)


def _links(room: Room) -> dict[str, Any]:
    """All by which somebody may still come in, and some that are over."""
    found = room.invites.select_related("by").order_by("-pk")
    valid = list(found.valid())
    over = found.exclude(pk__in=[invite.pk for invite in valid])[:MOST_OVER]
    return {"invites": [*valid, *over], "valid": {invite.pk for invite in valid}}
