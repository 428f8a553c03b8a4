"""General settings of a room, such as its name and topic, and archiving."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from chat.forms import RoomForm
from chat.models import Room
from chat.models.membership import REASON_LENGTH
from chat.permissions.actor import Actor
from chat.permissions.acts import Act, allows
from chat.permissions.roles import roles_of
from chat.services.rooms import archive as room_archive
from chat.services.rooms import settings as room_settings
from chat.services.rooms.settings import SETTINGS
from chat.views.room_settings.access import for_those_who_may, show
from chat.views.service_calls import attempt, attempt_and_confirm


class GeneralForm(RoomForm):
    """A form with the settings that the viewer may change."""

    default = forms.BooleanField(label=gettext_lazy("Add new people automatically"), required=False)

    def __init__(self, data: Any, room: Room, roles: frozenset[str]) -> None:
        super().__init__(data, initial={name: getattr(room, field) for name, (field, *_) in SETTINGS.items()})
        for name, setting in SETTINGS.items():
            if not allows(roles, setting.act):
                del self.fields[name]


class ArchiveForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=REASON_LENGTH,
        required=False,
        help_text=gettext_lazy(
            "Members can still read an archived room, but nothing in it can be changed. You can "
            "unarchive it at any time."
        ),
    )


@for_those_who_may(Act.CHANGE_SETTINGS)
def general(request: HttpRequest, room: Room) -> HttpResponse:
    form = GeneralForm(request.POST or None, room, roles_of(Actor.of(request), room))
    if form.is_valid():

        def change(by: Actor) -> Room:
            return room_settings.change_settings(room.pk, by=by, **form.cleaned_data)

        if attempt_and_confirm(request, _("Room saved."), change):
            return redirect("chat:room-settings:general", room.pk)
    context = {"form": form, "archiving": ArchiveForm()}
    return show(request, room, "general", context, status=422 if form.is_bound else 200)


@for_those_who_may(Act.ARCHIVE)
@require_POST
def archive(request: HttpRequest, room: Room) -> HttpResponse:
    attempt(request, room_archive.archive, room.pk, reason=request.POST.get("reason", ""))
    return _back(request, room)


@for_those_who_may(Act.ARCHIVE)
@require_POST
def restore(request: HttpRequest, room: Room) -> HttpResponse:
    attempt(request, room_archive.restore, room.pk)
    return _back(request, room)


def _back(request: HttpRequest, room: Room) -> HttpResponse:
    # In private rooms, administrators have the form on another page.
    has_general = allows(roles_of(Actor.of(request), room), Act.CHANGE_SETTINGS)
    return redirect(f"chat:room-settings:{'general' if has_general else 'removal'}", room.pk)
