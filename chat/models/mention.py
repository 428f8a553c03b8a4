from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from chat.models.message import EVERYONE


class Mention(models.Model):
    """A user that a message of the conversation notifies; a row without a user means everyone but the author.

    It repeats `told` of the message, to be counted by user.
    """

    room = models.ForeignKey("chat.Room", on_delete=models.CASCADE, related_name="+", db_index=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+", db_index=False
    )
    message = models.ForeignKey("chat.Message", on_delete=models.CASCADE, related_name="mentions")
    position = models.PositiveBigIntegerField(_("position"))  # the message's

    class Meta:
        verbose_name = _("mention")
        verbose_name_plural = _("mentions")
        constraints = [models.UniqueConstraint(fields=["user", "room", "position"], name="one_mention_a_message")]

    def __str__(self) -> str:
        return f"@{self.user or EVERYONE} – {self.message}"
