"""Reports: a member reports a message to the room's moderators, who record what they did about it."""

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from chat import broadcasts
from chat.errors import Conflict, Forbidden, Invalid, NotFound
from chat.models import AuditEntry, Report, Room
from chat.permissions.acts import MODERATORS, Act
from chat.permissions.messages import MessageAction, MessageState, Writer, refusal_on_message
from chat.permissions.roles import is_administrator
from chat.services.messages.editing import leave_tombstone
from chat.services.shared import audit
from chat.services.shared.locking import (
    authorise,
    check_not_archived,
    locked_room,
    locked_rooms,
    membership_for,
    message_in,
)

if TYPE_CHECKING:
    from chat.permissions.actor import Actor


@transaction.atomic
def report_message(user: User, room_id: int, message_id: int, reason: str) -> Report:
    """Report another user's message to the moderators. Reporting it again changes the reason of an open report.

    Raises NotFound (also for a deleted message), Forbidden for notices and the user's own messages, Invalid without a
    reason.
    """
    reason = audit.clean_reason(reason)
    if not reason:
        raise Invalid(_("Tell us why you’re reporting this message."))
    room = locked_room(room_id)
    reporter = Writer(frozenset({membership_for(user, room, Act.REPORT).role}))
    message = message_in(room, message_id)
    if refused := refusal_on_message(reporter, room, MessageState.of(message, user), MessageAction.REPORT):
        raise refused
    if earlier := Report.objects.filter(message=message, reporter=user).first():
        return _with_reason(earlier, reason)
    report = Report.objects.create(
        room=room,
        room_name=room.name,
        message=message,
        author=message.author,
        body=message.body,
        reporter=user,
        reason=reason,
    )
    _tell_how_many(room)
    return report


@transaction.atomic
def settle(by: "Actor", report_id: int, outcome: str, note: str = "") -> Report:
    """Close a report with its outcome; the outcome `deleted` also deletes the message.

    Raises NotFound, Forbidden, Invalid, and Conflict if another moderator was quicker.
    """
    note = audit.clean_reason(note)
    if outcome not in Report.Outcome.values:
        raise Invalid
    report = Report.objects.filter(pk=report_id).select_related("author").first()
    if report is None:
        raise NotFound
    room = locked_rooms([report.room_id]).get(report.room_id) if report.room_id else None
    _check_may_settle(by, report, room)
    settled: dict[str, Any] = {"settled_at": timezone.now(), "settled_by": by.user, "outcome": outcome, "note": note}
    if not Report.objects.open().filter(pk=report_id).update(**settled):
        raise Conflict(_("This report is already resolved."))
    if outcome == Report.Outcome.DELETED:
        _delete_what_was_reported(by, report, room, note)
    details: dict[str, Any] = {"report": report.pk, "outcome": outcome}
    audit.record(by, AuditEntry.Act.REPORT_SETTLED, room=room, person=report.author, reason=note, **details)
    if room is not None:
        _tell_how_many(room)
    report.refresh_from_db()
    return report


def _with_reason(report: Report, reason: str) -> Report:
    # A settled report keeps the reason that its moderators read.
    if report.settled_at is None:
        report.reason = reason
        report.save(update_fields=["reason"])
    return report


def _check_may_settle(by: "Actor", report: Report, room: Room | None) -> None:
    # Reports also reach the site: administrators may settle all of them, moderators those in their rooms.
    if is_administrator(by):
        return
    if room is None or room.is_direct:
        raise NotFound
    authorise(by, room, Act.SEE_MODERATION)
    if by.user is not None and report.author_id == by.user.pk:
        raise Forbidden(_("You can’t resolve a report about yourself."))


def _delete_what_was_reported(by: "Actor", report: Report, room: Room | None, reason: str) -> None:
    if room is None or report.message_id is None:
        return
    check_not_archived(room, Act.DELETE_ANY)
    # In a direct conversation or a private room, the report is what allows an administrator to delete.
    if not is_administrator(by):
        authorise(by, room, Act.DELETE_ANY)
    message = message_in(room, report.message_id)
    if not message.is_deleted:
        leave_tombstone(message, by.user)
        audit.record(
            by, AuditEntry.Act.MESSAGE_DELETED, room=room, person=message.author, reason=reason, message=message.pk
        )


def _tell_how_many(room: Room) -> None:
    if room.is_direct:
        return
    members = room.memberships.current().filter(user__is_active=True)
    moderators = members.filter(role__in=MODERATORS)
    others = members.none() if room.kind == Room.Kind.PRIVATE else members.exclude(role__in=MODERATORS)
    administrators = others.filter(user__in=User.objects.administrators())
    told = (found.values_list("user_id", flat=True) for found in (moderators, administrators))
    broadcasts.reports_counted(room, *told)
