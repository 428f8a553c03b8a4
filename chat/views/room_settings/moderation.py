"""Bans and mutes of a room: the lists, buttons that lift them, and a form that bans a user by username."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User, name_begins
from accounts.usernames.rules import USERNAME_LENGTH
from chat.forms import EndField
from chat.models import AuditEntry, Ban, Membership, Room
from chat.models.membership import REASON_LENGTH
from chat.permissions.actions import PersonAction, actions_on
from chat.permissions.actor import Actor
from chat.permissions.acts import Act
from chat.permissions.roles import roles_of, target_from, targets_of
from chat.queries.pagination import numbered, wanted
from chat.services.moderation import moderation as service
from chat.services.moderation import mutes
from chat.views.room_settings.access import for_those_who_may, show
from chat.views.service_calls import attempt_and_confirm

LIFT = {"unban": service.unban, "unmute": mutes.unmute}
LIFTED = {"unban": gettext_lazy("Ban removed."), "unmute": gettext_lazy("Mute removed.")}


class BanForm(forms.Form):
    username = forms.CharField(
        label=gettext_lazy("Username"),
        max_length=USERNAME_LENGTH,
        help_text=gettext_lazy("They don’t have to be a member."),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=REASON_LENGTH,
        required=False,
        help_text=gettext_lazy("Visible to them and to the room."),
    )
    hours = EndField(24, 168, 720, never=gettext_lazy("Permanently"), label=gettext_lazy("Duration"))

    def clean_username(self) -> User:
        username = self.cleaned_data["username"].strip().removeprefix("@")
        found = User.objects.called(username).first()
        if found is None:
            raise forms.ValidationError(_("There is no user with this username."))
        return found


@for_those_who_may(Act.SEE_MODERATION)
def moderation(request: HttpRequest, room: Room) -> HttpResponse:
    if request.POST.get("act") in LIFT:
        return _lift(request, room)
    form = BanForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _ban(request, room, form.cleaned_data):
        return redirect("chat:room-settings:moderation", room.pk)
    context = _lists(request, room) | {"form": form}
    return show(request, room, "moderation", context, status=422 if form.is_bound else 200)


def _ban(request: HttpRequest, room: Room, wanted: dict[str, Any]) -> bool:
    user, reason, until = wanted["username"], wanted["reason"], wanted["hours"]
    return attempt_and_confirm(
        request,
        _("%(name)s was banned from this room.") % {"name": user.full_name},
        service.ban,
        room.pk,
        user.pk,
        reason=reason,
        until=until,
    )


def _lift(request: HttpRequest, room: Room) -> HttpResponse:
    user = request.POST.get("user", "")
    if not (user.isascii() and user.isdecimal() and len(user) < 19):
        raise BadRequest("user: an id")
    act = request.POST["act"]
    attempt_and_confirm(request, str(LIFTED[act]), LIFT[act], room.pk, int(user))
    return redirect("chat:room-settings:moderation", room.pk)


def _lists(request: HttpRequest, room: Room) -> dict[str, Any]:
    q = wanted(request)
    named = name_begins(q, "user__")
    bans = room.bans.in_force().filter(named).select_related("user", "by").order_by("-created_at", "-pk")
    bans_page = numbered(request, bans, "banned")
    muted = room.memberships.filter(named, muted_until__gt=timezone.now())
    muted_page = numbered(request, muted.select_related("user").order_by("muted_until", "pk"), "muted")
    return {
        "q": q,
        "bans": _liftable_bans(request, room, bans_page),
        "bans_page": bans_page,
        "muted": _liftable_mutes(request, room, list(muted_page)),
        "muted_page": muted_page,
    }


def _liftable_bans(request: HttpRequest, room: Room, bans: Iterable[Ban]) -> list[tuple[Ban, bool]]:
    by = Actor.of(request)
    roles = roles_of(by, room)
    targets = [(ban, target_from(by, ban.user, None, is_banned=True)) for ban in bans]
    return [(ban, PersonAction.UNBAN in actions_on(roles, room, target)) for ban, target in targets]


def _liftable_mutes(
    request: HttpRequest, room: Room, muted: list[Membership]
) -> list[tuple[Membership, AuditEntry | None, bool]]:
    by = Actor.of(request)
    roles = roles_of(by, room)
    liftable = [PersonAction.UNMUTE in actions_on(roles, room, target) for target in targets_of(by, muted)]
    return [(*row, may_lift) for row, may_lift in zip(_with_entries(room, muted), liftable, strict=True)]


def _with_entries(room: Room, muted: list[Membership]) -> list[tuple[Membership, AuditEntry | None]]:
    people = [membership.user_id for membership in muted]
    log = AuditEntry.objects.filter(room_id=room.pk, act=AuditEntry.Act.MEMBER_MUTED, person_id__in=people)
    entries = {entry.person_id: entry for entry in log.order_by("pk")}
    return [(membership, entries.get(membership.user_id)) for membership in muted]
