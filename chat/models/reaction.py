from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from chat.markup.emoji import EMOJI_LENGTH


class Reaction(models.Model):
    message = models.ForeignKey("chat.Message", on_delete=models.CASCADE, related_name="reactions", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    emoji = models.CharField(_("emoji"), max_length=EMOJI_LENGTH)

    class Meta:
        verbose_name = _("reaction")
        verbose_name_plural = _("reactions")
        constraints = [models.UniqueConstraint(fields=["message", "user", "emoji"], name="one_reaction_each")]

    def __str__(self) -> str:
        return f"{self.emoji} {self.user}"
