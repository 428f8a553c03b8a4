from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from chat import markdown


class MessageQuerySet(models.QuerySet["Message"]):
    def before(self, position: int) -> Self:
        return self.filter(position__lt=position)

    def newest(self, count: int) -> Self:
        return self.order_by("-position")[:count]


class Message(models.Model):
    """One post in a room."""

    class Kind(models.TextChoices):
        TEXT = "text", _("Text")
        ACTION = "action", _("Action")  # what `/me` says
        NOTICE = "notice", _("Notice")  # what the room itself says: shown without its author

    room = models.ForeignKey("chat.Room", on_delete=models.CASCADE, related_name="messages")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="messages")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.TEXT)
    body = models.TextField(_("body"))
    html = models.TextField(_("body as HTML"), editable=False, db_default="")
    client_id = models.UUIDField(_("client id"))
    created_at = models.DateTimeField(_("posted"))

    position = models.PositiveBigIntegerField(_("position"), editable=False)
    version = models.PositiveBigIntegerField(_("version"), editable=False)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            models.UniqueConstraint(fields=["room", "author", "client_id"], name="one_message_a_client_id"),
            models.UniqueConstraint(fields=["room", "position"], name="one_message_a_position"),
        ]
        indexes = [models.Index(fields=["room", "version"], name="message_changes")]

    def __str__(self) -> str:
        return f"{self.author}: {self.body[:60]}"

    @classmethod
    def html_of(cls, kind: str, body: str) -> str:
        return markdown.render(body) if kind == cls.Kind.TEXT else markdown.render_inline(body)

    def rendered(self) -> str:
        """The body as safe HTML. Rows of a server from before there was `html` have none: theirs is made each time."""
        return self.html or self.html_of(self.kind, self.body)
