"""Rooms in Django's admin. Changes go through the same services as everywhere else."""

from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from chat.admin import moderation, users  # noqa: F401  (which register themselves)
from chat.admin.service_calls import attempt_each
from chat.errors import Invalid, Refused
from chat.forms import KINDS
from chat.models import Membership, Room
from chat.models.room import ALIKE
from chat.permissions.actor import Actor
from chat.queries.presence import count_in, here_counts
from chat.services.removal import delete_room
from chat.services.rooms import archive, membership
from chat.services.rooms import settings as room_settings
from chat.services.rooms.settings import SETTINGS
from chat.services.shared import validation

PRIVATE_FIELDS = ("kind", "name")  # of a private room, administrators see these and the numbers
MOST_MEMBERS = 200  # listed on a room's page


class RoomForm(forms.ModelForm):
    kind = forms.ChoiceField(label=_("kind"), choices=KINDS)

    class Meta:
        model = Room
        fields = ("kind", "name", "emoji", "topic", "description", "is_read_only", "is_default")

    def clean_name(self) -> str:
        return self._cleaned("name", validation.clean_name)

    def clean_emoji(self) -> str:
        return self._cleaned("emoji", validation.clean_emoji)

    def clean_topic(self) -> str:
        return self._cleaned("topic", validation.clean_topic)

    def clean_description(self) -> str:
        return self._cleaned("description", validation.clean_description)

    def _cleaned(self, field: str, clean: Callable[[str], str]) -> str:
        try:
            return clean(self.cleaned_data[field])
        except Invalid as refused:
            raise forms.ValidationError(refused.detail) from refused

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        kind, name = self.cleaned_data.get("kind", self.instance.kind), self.cleaned_data.get("name", "")
        if kind == Room.Kind.PRIVATE and self.cleaned_data.get("is_default"):
            self.add_error("is_default", _("Only public rooms can add new people automatically."))
        # Django cannot check the constraint, since its columns are not in this form.
        if kind == Room.Kind.PUBLIC and Room.objects.alike(name).exclude(pk=self.instance.pk).exists():
            self.add_error("name", ALIKE)
        return cleaned


class MemberInline(admin.TabularInline):
    """A read-only list of the room's moderators and some other members."""

    model = Membership
    fk_name = "room"
    fields = readonly_fields = ("user", "role", "joined_at", "muted_until")
    verbose_name_plural = _("members (at most %(limit)d)") % {"limit": MOST_MEMBERS}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Membership]:
        current = super().get_queryset(request).filter(left_at=None).select_related("user")
        assert request.resolver_match
        room_id = request.resolver_match.kwargs["object_id"]
        # A formset filters its query set, which a slice does not allow: so the slice is in a subquery.
        shown = Membership.objects.current().filter(room=room_id).order_by("-role", "joined_at")[:MOST_MEMBERS]
        return current.filter(pk__in=shown.values("pk")).order_by("-role", "joined_at")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def _is_private(room: Room) -> bool:
    # Read as it is stored: a form that was refused has changed the object.
    return Room.objects.filter(pk=room.pk, kind=Room.Kind.PRIVATE).exists()


@admin.register(Room)
class RoomAdmin(admin.ModelAdmin):
    form = RoomForm
    inlines = (MemberInline,)
    list_display = (
        "name",
        "kind",
        "is_default",
        "is_read_only",
        "archived_at",
        "here_now",
        "member_count",
        "created_at",
    )
    list_filter = (
        "kind",
        "is_default",
        "is_read_only",
        "is_locked",
        ("archived_at", admin.EmptyFieldListFilter),
    )
    search_fields = ("name", "name_key", "former_names__name")
    ordering = ("name",)
    actions = ("archive", "restore")

    def get_inlines(self, request: HttpRequest, obj: Room | None) -> Any:
        return () if obj is None or _is_private(obj) else self.inlines

    def get_fields(self, request: HttpRequest, obj: Room | None = None) -> Any:
        return PRIVATE_FIELDS if obj and _is_private(obj) else super().get_fields(request, obj)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Room]:
        members = Count("memberships", filter=Q(memberships__left_at=None), distinct=True)
        # Direct conversations are left out: administrators have no part in them.
        run = super().get_queryset(request).filter(deleted_at=None).exclude(kind=Room.Kind.DIRECT)
        return run.annotate(member_count=members)

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        changelist = super().get_changelist_instance(request)
        shown = list(changelist.result_list)
        # One presence look-up for all rooms of the page.
        here = here_counts([room.pk for room in shown])
        for room in shown:
            room.here = count_in(here, room.pk)
        changelist.result_list = shown
        return changelist

    @admin.display(description=_("here now"))
    def here_now(self, room: Any) -> str:
        return str(_("unknown (presence is unavailable)") if room.here is None else room.here)

    @admin.display(description=_("members"), ordering="member_count")
    def member_count(self, room: Any) -> int:
        return int(room.member_count)

    @admin.action(description=_("Archive selected rooms"), permissions=["change"])
    def archive(self, request: HttpRequest, chosen: QuerySet[Room]) -> None:
        attempt_each(request, chosen, lambda by, room: archive.archive(by, room.pk))

    @admin.action(description=_("Unarchive selected rooms"), permissions=["change"])
    def restore(self, request: HttpRequest, chosen: QuerySet[Room]) -> None:
        attempt_each(request, chosen, lambda by, room: archive.restore(by, room.pk))

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().changeform_view(request, *args, **kwargs)
        except Refused as refused:  # of a valid form, if another change came first
            messages.error(request, refused.detail)
            return redirect(request.path)

    def save_model(self, request: HttpRequest, obj: Room, form: Any, change: bool) -> None:
        by = Actor.of(request)
        settings = {name: getattr(obj, field) for name, (field, *_) in SETTINGS.items()}
        if not change:
            assert by.user is not None
            given = {name: value for name, value in settings.items() if name != "default"}
            obj.pk, obj._state.adding = membership.create_room(by.user, address=by.address, **given).pk, False
            settings = {"default": True} if obj.is_default else {}
        room_settings.change_settings(obj.pk, by=by, **settings)

    def has_change_permission(self, request: HttpRequest, obj: Room | None = None) -> bool:
        # An archived room can only be restored, and a private room is changed by its own members.
        is_fixed = obj is not None and (obj.archived_at is not None or _is_private(obj))
        return not is_fixed and super().has_change_permission(request, obj)

    def delete_model(self, request: HttpRequest, obj: Room) -> None:
        self.delete_queryset(request, [obj])

    def delete_queryset(self, request: HttpRequest, queryset: Iterable[Room]) -> None:
        attempt_each(request, queryset, lambda by, room: delete_room.delete_room(by, room.pk), is_shown=False)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        # Django would read every message of the room to count it.
        return [str(room) for room in objs], {}, set(), []
