from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from accounts.models import User


class BlockQuerySet(models.QuerySet["Block"]):
    def by(self, user: "User") -> Self:
        return self.filter(blocker=user)


class Hides(models.Func):
    """Condition that the first user, a viewer, blocks the second, an author.

    Written as SQL: as a query set, it made the list of rooms take a millisecond longer to compile.
    """

    template = "EXISTS (SELECT 1 FROM chat_block WHERE (blocker_id, blocked_id) = (%(expressions)s))"
    output_field = models.BooleanField()


class Block(models.Model):
    """A block: the blocker hears nothing more from the other person. Only the blocker knows of it."""

    blocker = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="blocks", db_index=False
    )
    blocked = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(_("since"), auto_now_add=True)

    objects = BlockQuerySet.as_manager()

    class Meta:
        verbose_name = _("block")
        verbose_name_plural = _("blocks")
        constraints = [models.UniqueConstraint(fields=["blocker", "blocked"], name="one_block_each")]

    def __str__(self) -> str:
        return f"{self.blocker} – {self.blocked}"
