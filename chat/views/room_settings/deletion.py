"""Retention of a room's messages, and deletion of the room."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from chat.models import Room
from chat.models.membership import REASON_LENGTH
from chat.permissions.acts import Act
from chat.services.removal import delete_room, retention
from chat.views.room_settings.access import for_those_who_may, show
from chat.views.room_settings.general import ArchiveForm
from chat.views.service_calls import attempt_and_confirm


class RetentionForm(forms.Form):
    days = forms.IntegerField(
        label=gettext_lazy("Keep messages for (days)"),
        min_value=1,
        max_value=retention.MOST_DAYS,
        required=False,
        help_text=gettext_lazy("Older messages are permanently deleted every night. Leave empty to keep everything."),
    )


class DeletionForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Room name, to confirm"), widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason (visible to members)"), max_length=REASON_LENGTH, required=False
    )

    def __init__(self, room: Room, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.auto_id = "deletion_%s"  # other forms of the page may have a name and a reason, too
        self.room = room

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"]).removeprefix("#")
        if name != str(self.room):
            raise forms.ValidationError(_("This isn’t the name of the room."))
        return name


@require_GET
@for_those_who_may(Act.DELETE_ROOM)
def removal(request: HttpRequest, room: Room) -> HttpResponse:
    return _show(request, room)


@require_POST
@for_those_who_may(Act.CHANGE_RETENTION)
def retain(request: HttpRequest, room: Room) -> HttpResponse:
    form = RetentionForm(request.POST)
    said = _("Saved. Older messages will be deleted tonight.")
    if form.is_valid() and attempt_and_confirm(
        request, said, retention.set_retention, room.pk, form.cleaned_data["days"]
    ):
        return redirect("chat:room-settings:removal", room.pk)
    return _show(request, room, 422, retention_form=form)


@require_POST
@for_those_who_may(Act.DELETE_ROOM)
def delete(request: HttpRequest, room: Room) -> HttpResponse:
    form = DeletionForm(room, request.POST)
    said = _("The room “%(room)s” was deleted.") % {"room": room}
    if form.is_valid() and attempt_and_confirm(
        request, said, delete_room.delete_room, room.pk, reason=form.cleaned_data["reason"]
    ):
        return redirect("chat:index")
    return _show(request, room, 422, deletion_form=form)


def _show(request: HttpRequest, room: Room, status: int = 200, **bound: forms.Form) -> HttpResponse:
    forms_of_page = {
        "retention_form": RetentionForm(initial={"days": room.retention_days}),
        "deletion_form": DeletionForm(room),
        "archiving": ArchiveForm(),
    }
    return show(request, room, "removal", forms_of_page | bound, status=status)
