"""Audit log, reports, bans and announcements in Django's admin: read-only, except through services."""

from datetime import datetime
from typing import Any, cast

from django import forms
from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from chat.admin.service_calls import attempt_each
from chat.errors import Invalid
from chat.models import Announcement, AuditEntry, Ban, Report, Room
from chat.models.audit import AuditQuerySet
from chat.permissions.actor import Actor
from chat.services.moderation import moderation, reports
from chat.services.site import announcements, bans


class ReadOnlyAdmin(admin.ModelAdmin):
    show_full_result_count = False  # the log is long

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    list_display = ("at", "actor_name", "act", "person_name", "room_name", "reason", "address")
    list_filter = ("act",)
    search_fields = ("actor_name", "person_name", "room_name", "reason")
    date_hierarchy = "at"
    ordering = ("-at", "-pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuditEntry]:
        return cast(AuditQuerySet, super().get_queryset(request)).for_the_site()


@admin.register(Report)
class ReportAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "author", "room_name", "body", "reporter", "reason", "outcome", "settled_by")
    list_filter = (("settled_at", admin.EmptyFieldListFilter), "outcome")
    list_select_related = ("author", "reporter", "settled_by")
    search_fields = ("body", "reason", "room_name", "author__username", "reporter__username")
    date_hierarchy = "created_at"
    ordering = ("-created_at", "-pk")
    actions = ("dismiss",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Report]:
        # Reports about the viewer are hidden: no one learns who reported them.
        return super().get_queryset(request).exclude(author=request.user.pk)

    @admin.action(description=_("Resolve: no action needed"), permissions=["view"])
    def dismiss(self, request: HttpRequest, chosen: QuerySet[Report]) -> None:
        attempt_each(
            request,
            chosen.filter(settled_at=None),
            lambda by, report: reports.settle(by, report.pk, Report.Outcome.DISMISSED),
        )


@admin.register(Ban)
class BanAdmin(ReadOnlyAdmin):
    list_display = ("user", "room", "reason", "until", "by", "created_at")
    list_filter = (("room", admin.EmptyFieldListFilter),)
    list_select_related = ("user", "room", "by")
    search_fields = ("user__username", "room__name", "reason")
    ordering = ("-created_at", "-pk")
    actions = ("lift",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Ban]:
        # Bans from private rooms are hidden: the members of the room decide on them.
        return super().get_queryset(request).exclude(room__kind=Room.Kind.PRIVATE)

    @admin.action(description=_("Unban"), permissions=["view"])
    def lift(self, request: HttpRequest, chosen: QuerySet[Ban]) -> None:
        attempt_each(request, chosen, _lift)


def _lift(by: Actor, ban: Ban) -> None:
    if ban.room_id is None:
        bans.unban(by, ban.user_id)
    else:
        moderation.unban(by, ban.room_id, ban.user_id)


class AnnouncementForm(forms.ModelForm):
    class Meta:
        model = Announcement
        fields = ("text", "until")

    def clean_text(self) -> str:
        try:
            return announcements.clean_text(self.cleaned_data["text"])
        except Invalid as refused:
            raise forms.ValidationError(refused.detail) from refused

    def clean_until(self) -> datetime | None:
        try:
            return announcements.check_until(self.cleaned_data["until"])
        except Invalid as refused:
            raise forms.ValidationError(refused.detail) from refused


@admin.register(Announcement)
class AnnouncementAdmin(ReadOnlyAdmin):
    form = AnnouncementForm
    list_display = ("text", "by", "created_at", "until", "ended_at")
    list_select_related = ("by",)
    search_fields = ("text",)
    ordering = ("-pk",)
    actions = ("end",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return admin.ModelAdmin.has_add_permission(self, request)

    def save_model(self, request: HttpRequest, obj: Announcement, form: Any, change: bool) -> None:
        made = announcements.announce(Actor.of(request), obj.text, obj.until)
        obj.pk, obj._state.adding = made.pk, False

    @admin.action(description=_("End"), permissions=["add"])
    def end(self, request: HttpRequest, chosen: QuerySet[Announcement]) -> None:
        attempt_each(request, chosen, lambda by, announcement: announcements.end(by, announcement.pk))
