"""Base model of links that let people in, to the site or to a room."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class InviteLinkQuerySet(models.QuerySet):
    def valid(self) -> Self:
        in_time = models.Q(expires_at=None) | models.Q(expires_at__gt=Now())
        has_uses = models.Q(most_uses=None) | models.Q(most_uses__gt=models.F("uses"))
        return self.filter(in_time, has_uses, revoked_at=None)


class InviteLink(models.Model):
    """A link that works for anyone who has it. Only a digest is stored, so the link can be shown only once."""

    digest = models.CharField(max_length=64, unique=True, editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    most_uses = models.PositiveIntegerField(_("maximum uses"), null=True, blank=True)
    uses = models.PositiveIntegerField(_("uses"), default=0)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    objects = InviteLinkQuerySet.as_manager()

    class Meta:
        abstract = True
