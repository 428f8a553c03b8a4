from typing import Self

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class InviteQuerySet(models.QuerySet["Invite"]):
    def valid(self) -> Self:
        """Those by which somebody may still come in."""
        in_time = models.Q(expires_at=None) | models.Q(expires_at__gt=Now())
        has_uses = models.Q(most_uses=None) | models.Q(most_uses__gt=models.F("uses"))
        return self.filter(in_time, has_uses, revoked_at=None)


class Invite(models.Model):
    """A link by which whoever has it becomes a member. Only a digest of it is kept: it is shown once."""

    room = models.ForeignKey("chat.Room", on_delete=models.CASCADE, related_name="invites")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    created_at = models.DateTimeField(_("made"), auto_now_add=True)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    most_uses = models.PositiveIntegerField(_("most uses"), null=True, blank=True)
    uses = models.PositiveIntegerField(_("uses"), default=0)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    objects = InviteQuerySet.as_manager()

    class Meta:
        verbose_name = _("invite link")
        verbose_name_plural = _("invite links")

    def __str__(self) -> str:
        return f"{self.room} – {self.created_at:%Y-%m-%d}"
