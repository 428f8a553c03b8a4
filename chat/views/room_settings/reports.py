"""Reports of a room: open ones, each with a form that resolves it, and resolved ones."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from chat.models import Report, Room
from chat.models.membership import REASON_LENGTH
from chat.permissions.actor import Actor
from chat.permissions.acts import Act
from chat.permissions.roles import is_administrator
from chat.queries import pagination
from chat.services.moderation import reports as service
from chat.views.room_settings.access import for_those_who_may, show
from chat.views.service_calls import attempt_and_confirm


class SettleForm(forms.Form):
    report = forms.IntegerField(min_value=1, max_value=2**63 - 1)
    outcome = forms.ChoiceField(choices=Report.Outcome.choices)
    note = forms.CharField(max_length=REASON_LENGTH, required=False)


@for_those_who_may(Act.SEE_MODERATION)
def reports(request: HttpRequest, room: Room) -> HttpResponse:
    if request.method == "POST":
        settle_as_posted(request)
        return redirect("chat:room-settings:reports", room.pk)
    found = room.reports.with_people()
    context = {
        "open": pagination.newest(found.open(), "created_at").rows,
        "open_count": room.reports.open().count(),
        "settled": pagination.newest(found.settled(), "settled_at", request.GET.get("before", "")),
        "is_administrator": is_administrator(Actor.of(request)),
    }
    return show(request, room, "reports", context)


@for_those_who_may(Act.SEE_MODERATION)
def count(request: HttpRequest, room: Room) -> HttpResponse:
    """Return the number of open reports, for a page that may have missed an event while disconnected."""
    return JsonResponse({"open": room.reports.open().count()})


def settle_as_posted(request: HttpRequest) -> None:
    form = SettleForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Invalid request."))
        return
    posted = form.cleaned_data
    attempt_and_confirm(
        request, _("Report resolved."), service.settle, posted["report"], posted["outcome"], posted["note"]
    )
