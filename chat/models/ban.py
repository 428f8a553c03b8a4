from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from chat.models.membership import REASON_LENGTH

if TYPE_CHECKING:
    from accounts.models import User


class BanQuerySet(models.QuerySet["Ban"]):
    def in_force(self) -> Self:
        return self.filter(models.Q(until=None) | models.Q(until__gt=Now()))

    def of_the_site(self) -> Self:
        return self.filter(room=None)

    def of(self, user: "User") -> Self:
        return self.in_force().filter(user=user)


class Ban(models.Model):
    """A ban of a user, from a room or from the whole site."""

    room = models.ForeignKey("chat.Room", on_delete=models.CASCADE, null=True, related_name="bans")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="bans")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    reason = models.CharField(_("reason"), max_length=REASON_LENGTH, blank=True)
    until = models.DateTimeField(_("until"), null=True, blank=True)  # null: permanent
    created_at = models.DateTimeField(_("since"), auto_now_add=True)

    objects = BanQuerySet.as_manager()

    class Meta:
        verbose_name = _("ban")
        verbose_name_plural = _("bans")
        constraints = [
            models.UniqueConstraint(fields=["room", "user"], name="one_ban_each"),
            models.UniqueConstraint(fields=["user"], condition=models.Q(room=None), name="one_ban_of_the_site_each"),
        ]

    def __str__(self) -> str:
        return f"{self.user} – {self.room or _('the site')}"
