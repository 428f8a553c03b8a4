"""Members of a room: the list, adding people, and actions on a member."""

import re

from django import forms
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.models import User
from accounts.usernames.rules import folded
from chat.models import Membership, Room
from chat.models.membership import REASON_LENGTH
from chat.permissions.actor import Actor
from chat.permissions.acts import Act
from chat.queries.pagination import numbered, wanted
from chat.services.rooms import invites
from chat.views.room_settings.access import for_those_who_may, show
from chat.views.room_settings.member_actions import ACTS, acts_on
from chat.views.service_calls import attempt

MOST_AT_ONCE = 100  # people that one form adds


class AddForm(forms.Form):
    people = forms.CharField(
        label=_("Add people"),
        max_length=4_000,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("Usernames, separated by spaces or commas."),
    )

    def clean_people(self) -> list[User]:
        names = {
            folded(name.removeprefix("@")): name for name in re.split(r"[\s,;]+", self.cleaned_data["people"]) if name
        }
        if len(names) > MOST_AT_ONCE:
            raise forms.ValidationError(_("You can add at most %(limit)d people at once.") % {"limit": MOST_AT_ONCE})
        found = {user.folded: user for user in User.objects.reachable().filter(folded__in=names)}
        if unknown := [name for wanted, name in names.items() if wanted not in found]:
            raise forms.ValidationError(_("There is no user called %(names)s.") % {"names": ", ".join(unknown)})
        return list(found.values())


@for_those_who_may(Act.INVITE)
def members(request: HttpRequest, room: Room) -> HttpResponse:
    form = AddForm(request.POST or None)
    if form.is_valid():
        done, added = attempt(request, invites.add_people, room.pk, form.cleaned_data["people"])
        if done:
            messages.success(request, _words_about(added or []))
            return redirect("chat:room-settings:members", room.pk)
    q = wanted(request)
    found = numbered(request, _found(room, q))
    rows = acts_on(Actor.of(request), room, found)
    context = {"form": form, "found": found, "rows": rows, "q": q, "reason_length": REASON_LENGTH}
    return show(request, room, "members", context, 422 if form.is_bound else 200)


@require_POST
@for_those_who_may(Act.REMOVE)
def act(request: HttpRequest, room: Room, user_id: int) -> HttpResponse:
    chosen = ACTS.get(request.POST.get("act", ""))
    if chosen is None:
        raise BadRequest("act")
    # The service checks permission.
    if attempt(request, chosen.do, room.pk, user_id, request.POST.get("reason", ""))[0]:
        messages.success(request, _("Done."))
    return redirect("chat:room-settings:members", room.pk)


def _found(room: Room, q: str) -> QuerySet[Membership]:
    members = room.memberships.current().whose_name_begins(q).select_related("user")
    # Owner, moderators, members: the reverse of their alphabetical order.
    return members.order_by("-role", Lower("user__username"))


def _words_about(added: list[User]) -> str:
    if not added:
        return str(_("They are already members."))
    words = ngettext("%(names)s was added.", "%(names)s were added.", len(added))
    return words % {"names": ", ".join(user.full_name for user in added)}
