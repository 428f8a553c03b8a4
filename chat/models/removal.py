from typing import Self

from django.conf import settings
from django.db import connection, models
from django.utils.translation import gettext_lazy as _

from chat.models.membership import REASON_LENGTH


class RemovalQuerySet(models.QuerySet["Removal"]):
    def unfinished(self) -> Self:
        return self.filter(finished_at=None)

    def next(self) -> "Removal | None":
        """Return the next removal that no other server works on, locked until the transaction ends.

        On SQLite the transaction itself is the lock. Posts that users still see go before rooms that no one sees any
        more.
        """
        skip = connection.features.has_select_for_update_skip_locked
        in_order = self.unfinished().order_by("kind", "pk")  # "posts" before "room"
        return in_order.select_for_update(skip_locked=skip).first()


class Removal(models.Model):
    """A deletion in batches, of a room or of a user's posts, and its progress."""

    class Kind(models.TextChoices):
        ROOM = "room", _("Deleted room")
        POSTS = "posts", _("A person’s messages")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    # An id without a foreign key: the record stays when the room is gone. For posts, null means every room.
    room_id = models.BigIntegerField(null=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+")
    # Which posts: those since this time, with ids up to this one. `reached` is the last id that is done.
    since = models.DateTimeField(null=True)
    up_to = models.BigIntegerField(default=0)
    reached = models.BigIntegerField(default=0)

    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    reason = models.CharField(_("reason"), max_length=REASON_LENGTH, blank=True)
    done = models.PositiveIntegerField(_("deleted so far"), default=0)
    created_at = models.DateTimeField(_("requested"), auto_now_add=True)
    finished_at = models.DateTimeField(_("finished"), null=True)

    objects = RemovalQuerySet.as_manager()

    class Meta:
        verbose_name = _("removal")
        verbose_name_plural = _("removals")
        indexes = [models.Index(fields=["id"], name="removals_to_do", condition=models.Q(finished_at=None))]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.room_id or self.user}"
