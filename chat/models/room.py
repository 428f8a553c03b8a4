from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.usernames.fields import SearchKeyField
from accounts.usernames.search_keys import words_of
from chat.models.keys import FoldedNameField, LookField, folded_digest, look_digest

if TYPE_CHECKING:
    from accounts.models import User

NAME_LENGTH = 80  # characters
TOPIC_LENGTH = 250
DESCRIPTION_LENGTH = 500
KEYED = {"kind", "name", "topic", "description"}  # the columns that keys depend on
ALIKE = _("A public room with this name or a similar one already exists.")


def key_of(people_ids: Iterable[int]) -> str:
    return "-".join(map(str, sorted(people_ids)))


def _is_named(name: str) -> models.Q:
    # The second part finds rows without a digest.
    return models.Q(folded_name=folded_digest(name)) | models.Q(name__iexact=name)


class RoomQuerySet(models.QuerySet["Room"]):
    def of(self, user: "User") -> Self:
        """Return the rooms that `user` is a member of. Loading a room through this authorises the user."""
        return self.filter(memberships__user=user, memberships__left_at=None)

    def open_to(self, user: "User") -> Self:
        public = models.Q(kind=Room.Kind.PUBLIC, deleted_at=None)
        return self.filter(public | models.Q(pk__in=Room.objects.of(user)))

    def existing(self) -> Self:
        return self.filter(deleted_at=None)

    def public(self) -> Self:
        return self.existing().filter(kind=Room.Kind.PUBLIC)

    def directory(self) -> Self:
        return self.public().filter(archived_at=None)

    def named(self, name: str) -> Self:
        return self.public().filter(_is_named(name))

    def alike(self, name: str) -> Self:
        """Return the public rooms that have that name in any case, or one that looks like it."""
        return self.public().filter(_is_named(name) | models.Q(look=look_digest(name)))

    def once_named(self, name: str) -> Self:
        return self.public().filter(former_names__in=FormerName.objects.named(name))

    def best_named(self, text: str) -> Self:
        """Return the rooms with these words in their name, the best match first.

        First the exact name, then names that begin with it, then names with a word that does.
        """
        words = words_of(text)
        rank = models.Case(
            models.When(folded_name=folded_digest(text), then=0),
            models.When(name_key__startswith=f" {words}", then=1),
            models.When(name_key__contains=f" {words}", then=2),
            default=3,
        )
        found = self.filter(name_key__contains=words) if words else self.none()
        return found.annotate(rank=rank).order_by("rank", "name_key", "pk")

    def with_words(self, text: str) -> Self:
        """Return the rooms with these words in their name, and public rooms also by topic and description."""
        if not (words := words_of(text)):
            return self
        in_public = models.Q(kind=Room.Kind.PUBLIC, about_key__contains=words)
        return self.filter(models.Q(name_key__contains=words) | in_public)


class Room(models.Model):
    """A public or private room, or a direct conversation."""

    class Kind(models.TextChoices):
        PUBLIC = "public", _("Public")
        PRIVATE = "private", _("Private")
        DIRECT = "direct", _("Direct")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.PUBLIC)
    name = models.CharField(_("name"), max_length=NAME_LENGTH)  # empty for a direct conversation
    # Computed from the name, the topic and the description on each save.
    folded_name = FoldedNameField()
    look = LookField()
    name_key = SearchKeyField("name")
    about_key = SearchKeyField("topic", "description")
    topic = models.CharField(_("topic"), max_length=TOPIC_LENGTH, blank=True)
    description = models.TextField(_("description"), max_length=DESCRIPTION_LENGTH, blank=True, db_default="")
    emoji = models.CharField(_("emoji"), max_length=32, blank=True, db_default="")
    # The ids of the people in a direct conversation: the same people have one conversation.
    people_key = models.CharField(max_length=255, null=True, unique=True, editable=False)

    is_default = models.BooleanField(_("adds new people automatically"), default=False, db_default=False)
    is_read_only = models.BooleanField(_("only moderators post"), default=False, db_default=False)
    is_locked = models.BooleanField(_("locked"), default=False, db_default=False)
    slow_seconds = models.PositiveIntegerField(_("slow mode (seconds between posts)"), default=0, db_default=0)
    retention_days = models.PositiveIntegerField(_("messages are kept for (days)"), null=True, blank=True)
    archived_at = models.DateTimeField(_("archived"), null=True, blank=True, editable=False)
    deleted_at = models.DateTimeField(_("deleted"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    # Counts towards the creator's quotas, also once the room has another owner.
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, editable=False, related_name="+"
    )

    # Every change that members must see takes the next number; the row that changed carries it (docs/delivery.md).
    version = models.PositiveBigIntegerField(_("version"), default=0, editable=False)
    settings_version = models.PositiveBigIntegerField(default=0, editable=False)
    # History below it is gone: a client that asks for changes since an older version starts from scratch.
    floor = models.PositiveBigIntegerField(default=0, editable=False)

    members = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        through="chat.Membership",
        through_fields=("room", "user"),
        related_name="+",
        verbose_name=_("members"),
    )

    objects = RoomQuerySet.as_manager()

    class Meta:
        verbose_name = _("room")
        verbose_name_plural = _("rooms")
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                condition=models.Q(kind="public", deleted_at=None),
                name="public_room_name_unique_in_any_case",
                violation_error_message=_("There is a public room of that name."),
            ),
            models.UniqueConstraint(
                fields=["folded_name"],
                condition=models.Q(kind="public", deleted_at=None),
                name="public_room_names_differ",
                violation_error_message=ALIKE,
            ),
            models.UniqueConstraint(
                fields=["look"],
                condition=models.Q(kind="public", deleted_at=None),
                name="public_room_names_look_different",
                violation_error_message=ALIKE,
            ),
        ]
        indexes = [models.Index(fields=["id"], condition=models.Q(name_key=None), name="room_without_keys")]

    def __str__(self) -> str:
        return self.name or str(_("Direct conversation"))

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        if update_fields is not None and KEYED & set(update_fields):
            update_fields = {*update_fields, "folded_name", "look", "name_key", "about_key"}
        super().save(*args, update_fields=update_fields, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("chat:room", args=[self.pk])

    @property
    def is_direct(self) -> bool:
        return self.kind == Room.Kind.DIRECT

    @property
    def people_ids(self) -> frozenset[int]:
        return frozenset(map(int, self.people_key.split("-"))) if self.people_key else frozenset()

    @property
    def is_closed(self) -> bool:
        return self.is_read_only or self.is_locked

    def next_version(self) -> int:
        """Take the next version of a room that the caller's transaction has locked."""
        self.version += 1
        return self.version


class FormerNameQuerySet(models.QuerySet["FormerName"]):
    def named(self, name: str) -> Self:
        return self.filter(_is_named(name))


class FormerName(models.Model):
    """A former name of a public room: it leads to the room until another room takes it."""

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="former_names")
    name = models.CharField(_("name"), max_length=NAME_LENGTH)
    folded_name = FoldedNameField(db_index=True)

    objects = FormerNameQuerySet.as_manager()

    class Meta:
        verbose_name = _("former name")
        verbose_name_plural = _("former names")
        constraints = [models.UniqueConstraint(Lower("name"), name="former_name_unique_in_any_case")]

    def __str__(self) -> str:
        return self.name
