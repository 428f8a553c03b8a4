from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from accounts.models import User

NAME_LENGTH = 80  # characters


class RoomQuerySet(models.QuerySet["Room"]):
    def of(self, user: "User") -> Self:
        """The rooms that `user` is a member of: whoever loads through this has authorised."""
        return self.filter(memberships__user=user, memberships__left_at=None)

    def open_to(self, user: "User") -> Self:
        """The rooms whose page `user` may see: their own, and the public ones."""
        return self.filter(models.Q(kind=Room.Kind.PUBLIC) | models.Q(pk__in=Room.objects.of(user)))

    def public(self) -> Self:
        return self.filter(kind=Room.Kind.PUBLIC)

    def named(self, name: str) -> Self:
        """The public room of that name, in any case: only public rooms have names that one can type."""
        return self.public().filter(name__iexact=name)


class Room(models.Model):
    """A place to talk."""

    class Kind(models.TextChoices):
        PUBLIC = "public", _("Public")
        PRIVATE = "private", _("Private")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.PUBLIC)
    name = models.CharField(_("name"), max_length=NAME_LENGTH)
    topic = models.CharField(_("topic"), max_length=250, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    # Every change that members must see takes the next number; the row that changed carries it (docs/architecture.md).
    version = models.PositiveBigIntegerField(_("version"), default=0, editable=False)
    settings_version = models.PositiveBigIntegerField(default=0, editable=False)
    # History below it is gone: whoever asks for what came after an older version starts anew.
    floor = models.PositiveBigIntegerField(default=0, editable=False)

    members = models.ManyToManyField(
        settings.AUTH_USER_MODEL, through="chat.Membership", related_name="+", verbose_name=_("members")
    )

    objects = RoomQuerySet.as_manager()

    class Meta:
        verbose_name = _("room")
        verbose_name_plural = _("rooms")
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                condition=models.Q(kind="public"),
                name="public_room_name_unique_in_any_case",
                violation_error_message=_("There is a public room of that name."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("chat:room", args=[self.pk])

    def next_version(self) -> int:
        """Take the next number of a room that is locked by the caller's transaction."""
        self.version += 1
        return self.version
