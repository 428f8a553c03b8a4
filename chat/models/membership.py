from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models.functions import Least, Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import name_begins
from chat.models.block import Hides
from chat.models.mention import Mention
from chat.models.message import Message, MessageQuerySet

if TYPE_CHECKING:
    from accounts.models import User

REASON_LENGTH = 250  # characters
MOST_UNREAD = 1_000  # counting stops there: "1,000+" says enough, and a long absence stays cheap


class BoundedCount(models.Subquery):
    """Number of rows in a sliced query set, counted in the database and no further than the slice."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS bounded)"
    output_field = models.IntegerField()


def _by_others() -> MessageQuerySet:
    user = models.OuterRef("user")
    return Message.objects.filter(~Hides(user, "author"), deleted_at=None).exclude(author=user).said()


def _unread_messages() -> MessageQuerySet:
    later = {"room": models.OuterRef("room"), "position__gt": models.OuterRef("last_read")}
    return _by_others().filter(**later).conversation()


def _unread_replies() -> MessageQuerySet:
    return _by_others().filter(
        thread__participants__room=models.OuterRef("room"),
        thread__participants__user=models.OuterRef("user"),
        position__gt=models.F("thread__participants__last_read"),
    )


def _is_asleep() -> models.Q:
    # A direct conversation that was put away, and has nothing new for its member.
    nothing_new = ~models.Exists(_unread_messages()) & ~models.Exists(_unread_replies())
    return models.Q(is_put_away=True) & nothing_new


class MembershipQuerySet(models.QuerySet["Membership"]):
    def current(self) -> Self:
        return self.filter(left_at=None)

    def of(self, user: "User") -> Self:
        return self.current().filter(user=user)

    def with_unread(self) -> Self:
        """Annotate `unread`, `mentions` and `threads` as docs/protocol.md counts them, up to MOST_UNREAD."""
        room, user = models.OuterRef("room"), models.OuterRef("user")
        # Each of the two uses the index. A member who joined later was not among everyone.
        mentions = Mention.objects.filter(room=room, position__gt=models.OuterRef("last_read"))
        mentions = mentions.filter(~Hides(user, "message__author"))
        of_user = mentions.filter(user=user)
        of_everyone = mentions.filter(user=None, position__gt=models.OuterRef("admitted")).exclude(message__author=user)
        return self.annotate(
            unread=BoundedCount(_unread_messages().values("pk")[:MOST_UNREAD]),
            mentions=Least(
                BoundedCount(of_user.values("pk")[:MOST_UNREAD]) + BoundedCount(of_everyone.values("pk")[:MOST_UNREAD]),
                MOST_UNREAD,
            ),
            threads=BoundedCount(_unread_replies().values("pk")[:MOST_UNREAD]),
        )

    def asleep(self) -> Self:
        return self.filter(_is_asleep())

    def awake(self) -> Self:
        """Leave out rooms that are asleep: they are in no list, and no socket is subscribed to them."""
        return self.exclude(_is_asleep())

    def whose_name_begins(self, text: str) -> Self:
        return self.filter(name_begins(text, "user__"))

    def listed(self) -> Self:
        return self.with_unread().select_related("room").order_by(Lower("room__name"), "room_id")


class Membership(models.Model):
    """A user's standing in a room. The row outlasts a leave, so that the leave can be replayed."""

    class Role(models.TextChoices):
        OWNER = "owner", _("Owner")
        MODERATOR = "moderator", _("Moderator")
        MEMBER = "member", _("Member")

    class Ending(models.TextChoices):
        LEFT = "left", _("Left")
        REMOVED = "removed", _("Removed")
        BANNED = "banned", _("Banned")
        DELETED = "deleted", _("Room deleted")

    room = models.ForeignKey("chat.Room", on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=10, choices=Role.choices, default=Role.MEMBER)
    last_read = models.PositiveBigIntegerField(_("last read position"), default=0)
    unread_marks = models.PositiveIntegerField(_("times marked as unread"), default=0, db_default=0, editable=False)
    joined_at = models.DateTimeField(_("joined"))
    left_at = models.DateTimeField(_("left"), null=True, blank=True)
    version = models.PositiveBigIntegerField(_("version"), editable=False)
    admitted = models.PositiveBigIntegerField(_("version when admitted"), default=0, db_default=0, editable=False)

    # How it ended; and if another user ended it, who and why.
    ending = models.CharField(_("how it ended"), max_length=10, choices=Ending.choices, blank=True, db_default="")
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    ending_reason = models.CharField(_("reason for the end"), max_length=REASON_LENGTH, blank=True, db_default="")

    # A mute by moderators, and the time of the last post in a room with slow mode.
    muted_until = models.DateTimeField(_("muted until"), null=True, blank=True)
    mute_reason = models.CharField(_("reason for the mute"), max_length=REASON_LENGTH, blank=True, db_default="")
    posted_at = models.DateTimeField(null=True, editable=False)

    # The member's preferences for their own list of rooms.
    is_quiet = models.BooleanField(_("muted"), default=False, db_default=False)
    is_favourite = models.BooleanField(_("favourite"), default=False, db_default=False)
    is_put_away = models.BooleanField(_("hidden until a new message"), default=False, db_default=False)
    place = models.PositiveIntegerField(_("place in the list"), null=True, blank=True)

    # Set by with_unread()
    unread: int
    mentions: int
    threads: int

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [models.UniqueConstraint(fields=["room", "user"], name="one_membership_each")]
        indexes = [models.Index(fields=["room", "version"], name="membership_changes")]

    def __str__(self) -> str:
        return f"{self.user} – {self.room}"

    @property
    def is_muted(self) -> bool:
        """True while a mute by moderators is in force."""
        return self.muted_until is not None and self.muted_until > timezone.now()
