from typing import Any, ClassVar, NoReturn, Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chat.models.membership import REASON_LENGTH
from chat.models.room import Room


class Unchangeable(TypeError):
    """An attempt to change the audit log, which only grows."""


class AuditQuerySet(models.QuerySet["AuditEntry"]):
    def for_the_site(self) -> Self:
        """Return what administrators see. In private rooms, that is acts on the whole room, and acts of the site."""
        private = Room.objects.filter(kind=Room.Kind.PRIVATE).values("pk")
        removed = AuditEntry.objects.filter(
            act=AuditEntry.Act.ROOM_DELETED, details__kind=Room.Kind.PRIVATE, room_id__isnull=False
        ).values("room_id")
        is_within = models.Q(room_id__in=private) | models.Q(room_id__in=removed)
        return self.exclude(is_within, ~models.Q(act__in=AuditEntry.OF_THE_ROOM), actor_id__isnull=False)

    def update(self, **_fields: Any) -> NoReturn:
        raise Unchangeable

    def delete(self) -> NoReturn:
        raise Unchangeable

    def bulk_update(self, *_args: Any, **_options: Any) -> NoReturn:
        raise Unchangeable


class AuditEntry(models.Model):
    """An administrative act: actor, target, time, address and reason. The product never changes an entry.

    Ids and names are stored as they were then, without foreign keys: their rows may be deleted, and the entry stays
    whole.
    """

    class Act(models.TextChoices):
        ROOM_CREATED = "room.created", _("Created a room")
        ROOM_CHANGED = "room.changed", _("Changed room settings")
        ROOM_LOCKED = "room.locked", _("Locked a room")
        ROOM_UNLOCKED = "room.unlocked", _("Unlocked a room")
        ROOM_SLOWED = "room.slowed", _("Changed slow mode")
        ROOM_ARCHIVED = "room.archived", _("Archived a room")
        ROOM_RESTORED = "room.restored", _("Unarchived a room")
        ROOM_DELETED = "room.deleted", _("Deleted a room")
        ROOM_RETAINED = "room.retained", _("Changed message retention")
        ROOM_TRIMMED = "room.trimmed", _("Deleted messages by retention")
        ROOM_TRANSFERRED = "room.transferred", _("Changed the owner of a room")
        MEMBER_ADDED = "member.added", _("Added a member")
        MEMBER_REMOVED = "member.removed", _("Removed a member")
        MEMBER_BANNED = "member.banned", _("Banned a person from a room")
        MEMBER_UNBANNED = "member.unbanned", _("Unbanned a person from a room")
        MEMBER_MUTED = "member.muted", _("Muted a member")
        MEMBER_UNMUTED = "member.unmuted", _("Unmuted a member")
        ROLE_CHANGED = "member.role", _("Changed a role")
        INVITE_MADE = "invite.made", _("Created an invite link")
        INVITE_REVOKED = "invite.revoked", _("Revoked an invite link")
        MESSAGE_DELETED = "message.deleted", _("Deleted another person’s message")
        MESSAGES_PURGED = "messages.purged", _("Deleted a person’s messages")
        REPORT_SETTLED = "report.settled", _("Resolved a report")
        CONNECTION_ENDED = "connection.ended", _("Disconnected a person")
        ANNOUNCED = "site.announced", _("Published an announcement")
        ANNOUNCEMENT_ENDED = "site.announcement_ended", _("Ended an announcement")
        PERSON_BANNED = "person.banned", _("Banned a person from the site")
        PERSON_UNBANNED = "person.unbanned", _("Unbanned a person from the site")
        PERSON_CHANGED = "person.changed", _("Changed an account")
        PERSON_DELETED = "person.deleted", _("Deleted their account")
        INVITATION_MADE = "invitation.made", _("Invited a person to the site")
        INVITATION_REVOKED = "invitation.revoked", _("Revoked an invitation to the site")

    # Acts on a room as a whole: administrators see them for private rooms, too.
    OF_THE_ROOM: ClassVar = [
        Act.ROOM_CREATED,
        Act.ROOM_ARCHIVED,
        Act.ROOM_RESTORED,
        Act.ROOM_DELETED,
        Act.ROOM_RETAINED,
        Act.ROOM_TRIMMED,
        Act.REPORT_SETTLED,
    ]

    at = models.DateTimeField(_("when"), default=timezone.now, editable=False)
    act = models.CharField(_("action"), max_length=40, choices=Act.choices, editable=False)
    actor_id = models.BigIntegerField(null=True, editable=False)
    actor_name = models.CharField(_("person"), max_length=150, editable=False)
    address = models.CharField(_("IP address"), max_length=60, blank=True, editable=False)
    room_id = models.BigIntegerField(null=True, editable=False)
    room_name = models.CharField(_("room"), max_length=80, blank=True, editable=False)
    person_id = models.BigIntegerField(null=True, editable=False)
    person_name = models.CharField(_("target"), max_length=150, blank=True, editable=False)
    reason = models.CharField(_("reason"), max_length=REASON_LENGTH, blank=True, editable=False)
    details = models.JSONField(_("details"), default=dict, editable=False)

    objects = AuditQuerySet.as_manager()

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit log")
        default_permissions = ("view",)
        indexes = [
            models.Index(fields=["room_id", "at"], name="audit_of_a_room"),
            models.Index(fields=["at"], name="audit_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor_name}: {self.act}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise Unchangeable
        super().save(*args, **kwargs)

    def delete(self, *_args: Any, **_options: Any) -> NoReturn:
        raise Unchangeable
