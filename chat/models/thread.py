from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Participant(models.Model):
    """A user who takes part in a thread: they are notified of replies, and have a read position of their own."""

    room = models.ForeignKey("chat.Room", on_delete=models.CASCADE, related_name="+", db_index=False)
    root = models.ForeignKey("chat.Message", on_delete=models.CASCADE, related_name="participants", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    last_read = models.PositiveBigIntegerField(_("last read position"))

    class Meta:
        verbose_name = _("participant")
        verbose_name_plural = _("participants")
        constraints = [models.UniqueConstraint(fields=["root", "user"], name="one_participation_each")]
        indexes = [models.Index(fields=["room", "user"], name="threads_of_a_member")]

    def __str__(self) -> str:
        return f"{self.user}: {self.root}"
