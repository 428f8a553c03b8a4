"""Rooms in Django's admin: what it changes goes through the same services as everything else."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from chat.attendance import count_in, here_counts
from chat.errors import Invalid
from chat.models import Room
from chat.services import rooms
from chat.services.actor import Actor
from chat.services.wording import clean_name

if TYPE_CHECKING:  # generic to the checker alone
    _RoomModelForm = forms.ModelForm[Room]
    _RoomModelAdmin = admin.ModelAdmin[Room]
else:
    _RoomModelForm, _RoomModelAdmin = forms.ModelForm, admin.ModelAdmin


class RoomForm(forms.ModelForm):
    class Meta:
        model = Room
        fields = ("kind", "name", "topic")

    def clean_name(self) -> str:
        try:
            return clean_name(self.cleaned_data["name"])
        except Invalid as refused:
            raise forms.ValidationError(refused.detail) from refused

    def clean(self) -> dict[str, Any] | None:
        """The constraint looks at more than this form has."""
        cleaned = super().clean() or {}
        kind, name = self.cleaned_data.get("kind", self.instance.kind), self.cleaned_data.get("name", "")
        if kind == Room.Kind.PUBLIC and Room.objects.named(name).exclude(pk=self.instance.pk).exists():
            self.add_error("name", _("There is a public room of that name."))
        return cleaned


@admin.register(Room)
class RoomAdmin(admin.ModelAdmin):
    form = RoomForm
    list_display = ("name", "kind", "here_now", "member_count", "version", "created_at")
    list_filter = ("kind",)
    search_fields = ("name", "topic")
    ordering = ("name",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Room]:
        members = Count("memberships", filter=Q(memberships__left_at=None))
        return super().get_queryset(request).annotate(member_count=members)

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """The page's rooms, with one look at presence for all of them."""
        changelist = super().get_changelist_instance(request)
        shown = list(changelist.result_list)
        here = here_counts([room.pk for room in shown])
        for room in shown:
            room.here = count_in(here, room.pk)
        changelist.result_list = shown
        return changelist

    @admin.display(description=_("here now"))
    def here_now(self, room: Any) -> str:
        return str(_("unknown: presence is unavailable") if room.here is None else room.here)

    @admin.display(description=_("members"), ordering="member_count")
    def member_count(self, room: Any) -> int:
        return int(room.member_count)

    def get_readonly_fields(self, request: HttpRequest, obj: Room | None = None) -> tuple[str, ...]:
        return ("kind",) if obj else ()

    def save_model(self, request: HttpRequest, obj: Room, form: Any, change: bool) -> None:
        by = Actor.of(request)
        if change:
            rooms.change_settings(obj.pk, by=by, name=obj.name, topic=obj.topic)
        else:
            assert by.user is not None
            made = rooms.create_room(by.user, obj.name, kind=obj.kind, topic=obj.topic)
            obj.pk, obj._state.adding = made.pk, False

    def has_delete_permission(self, request: HttpRequest, obj: Room | None = None) -> bool:
        return False  # rooms are deleted by a service, once there is one: a bare DELETE would reach nobody's page
