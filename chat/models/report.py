from typing import Self

from django.conf import settings
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from chat.models.membership import REASON_LENGTH


class ReportQuerySet(models.QuerySet["Report"]):
    def open(self) -> Self:
        return self.filter(settled_at=None)

    def settled(self) -> Self:
        return self.exclude(settled_at=None)

    def with_people(self) -> Self:
        return self.select_related("room", "message", "author", "reporter", "settled_by")


class Report(models.Model):
    """A report of a message to the moderators, with the body that the message had then."""

    class Outcome(models.TextChoices):
        DISMISSED = "dismissed", _("No action needed")
        DELETED = "deleted", _("Message deleted")
        MUTED = "muted", _("Author muted")
        REMOVED = "removed", _("Author removed")
        BANNED = "banned", _("Author banned")

    # The room, the message and the users may be deleted before the report.
    room = models.ForeignKey("chat.Room", on_delete=models.SET_NULL, null=True, related_name="reports")
    room_name = models.CharField(max_length=80, blank=True)
    message = models.ForeignKey("chat.Message", on_delete=models.SET_NULL, null=True, related_name="+")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    body = models.TextField(_("body"))
    reporter = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    reason = models.CharField(_("reason"), max_length=REASON_LENGTH, blank=True)
    created_at = models.DateTimeField(_("reported"), auto_now_add=True)

    settled_at = models.DateTimeField(_("resolved"), null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices, blank=True)
    note = models.CharField(_("note"), max_length=REASON_LENGTH, blank=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        constraints = [models.UniqueConstraint(fields=["message", "reporter"], name="one_report_each")]

    def __str__(self) -> str:
        return self.body[:60]

    @property
    def outcomes(self) -> list[tuple[str, str | Promise]]:
        """Outcomes that are possible now: in an archived room, no message is deleted."""
        is_kept = self.message_id is not None and self.room is not None and self.room.archived_at is not None
        return [choice for choice in self.Outcome.choices if not (is_kept and choice[0] == self.Outcome.DELETED)]
