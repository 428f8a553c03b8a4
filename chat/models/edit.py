from django.db import models
from django.utils.translation import gettext_lazy as _


class Edit(models.Model):
    """A former body of a message."""

    message = models.ForeignKey("chat.Message", on_delete=models.CASCADE, related_name="edits")
    body = models.TextField(_("body"))
    written_at = models.DateTimeField(_("written"))

    class Meta:
        verbose_name = _("edit")
        verbose_name_plural = _("edits")

    def __str__(self) -> str:
        return self.body[:60]
