from datetime import timedelta
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chat.markup.emoji import EMOJI_LENGTH

if TYPE_CHECKING:
    from accounts.models import User

TEXT_LENGTH = 100  # characters


class StatusQuerySet(models.QuerySet["Status"]):
    def changed_within(self, span: timedelta) -> Self:
        """Return the statuses that were written or ended in the last `span`, by the database's own clock."""
        since: Any = models.ExpressionWrapper(Now() - span, output_field=models.DateTimeField())
        ended = models.Q(until__gt=since, until__lte=Now())
        return self.filter(models.Q(changed_at__gt=since) | ended)


class Status(models.Model):
    """A user's status, and when they were last seen. The row is created when it is first needed."""

    class Mode(models.TextChoices):
        AUTO = "auto", _("Automatic (online)")
        AWAY = "away", _("Away")
        DND = "dnd", _("Do not disturb")
        INVISIBLE = "invisible", _("Invisible")

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="status"
    )
    mode = models.CharField(_("mode"), max_length=10, choices=Mode.choices, default=Mode.AUTO)
    # While invisible: do-not-disturb was on before. Others see it for as long as they still see the user.
    was_dnd = models.BooleanField(_("was in Do not disturb"), default=False, db_default=False, editable=False)
    text = models.CharField(_("text"), max_length=TEXT_LENGTH, blank=True)
    emoji = models.CharField(_("emoji"), max_length=EMOJI_LENGTH, blank=True)
    # The end of text, emoji and do-not-disturb. Away and invisible stay, so that no one becomes visible unawares.
    until = models.DateTimeField(_("until"), null=True, blank=True)
    last_seen_at = models.DateTimeField(_("last seen"), null=True, blank=True)
    # By the database's clock, which all servers share: it tells the later of two changes.
    changed_at = models.DateTimeField(_("changed"), editable=False)

    objects = StatusQuerySet.as_manager()

    class Meta:
        verbose_name = _("status")
        verbose_name_plural = _("statuses")
        indexes = [
            models.Index(fields=["changed_at"], name="status_changes"),
            models.Index(fields=["until"], condition=~models.Q(until=None), name="status_ends"),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.mode}"

    @classmethod
    def of(cls, user: "User") -> "Status":
        return getattr(user, "status", None) or cls(user_id=user.pk)

    @property
    def has_ended(self) -> bool:
        return self.until is not None and self.until <= timezone.now()

    @property
    def shows_dnd(self) -> bool:
        return self.mode_now == self.Mode.DND or (self.mode == self.Mode.INVISIBLE and self.was_dnd)

    @property
    def mode_now(self) -> str:
        return self.Mode.AUTO if self.mode == self.Mode.DND and self.has_ended else self.mode
