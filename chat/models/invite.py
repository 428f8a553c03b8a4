from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.signup.invite_links import InviteLink


class Invite(InviteLink):
    """A link for joining a room."""

    room = models.ForeignKey("chat.Room", on_delete=models.CASCADE, related_name="invites")

    class Meta:
        verbose_name = _("invite link")
        verbose_name_plural = _("invite links")

    def __str__(self) -> str:
        return f"{self.room} – {self.created_at:%Y-%m-%d}"
