from typing import Self

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

ANNOUNCEMENT_LENGTH = 500  # characters


class AnnouncementQuerySet(models.QuerySet["Announcement"]):
    def current(self) -> Self:
        seen = models.Q(until=None) | models.Q(until__gt=Now())
        return self.filter(seen, ended_at=None).order_by("-pk")[:1]


class Announcement(models.Model):
    """A text that an administrator shows to everyone, on every page."""

    text = models.CharField(_("text"), max_length=ANNOUNCEMENT_LENGTH)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    until = models.DateTimeField(_("shown until"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    objects = AnnouncementQuerySet.as_manager()

    class Meta:
        verbose_name = _("announcement")
        verbose_name_plural = _("announcements")

    def __str__(self) -> str:
        return self.text[:60]

    @property
    def is_over(self) -> bool:
        return self.ended_at is not None or (self.until is not None and self.until <= timezone.now())
