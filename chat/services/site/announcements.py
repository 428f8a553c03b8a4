"""Announcements to everyone, on every page. Functions raise NotFound if `by` is not an administrator."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.usernames.invisible_characters import is_blank
from chat import broadcasts
from chat.errors import Invalid, NotFound
from chat.models import Announcement, AuditEntry
from chat.models.announcement import ANNOUNCEMENT_LENGTH
from chat.permissions.roles import check_administrator
from chat.services.shared import audit

if TYPE_CHECKING:
    from chat.permissions.actor import Actor


@transaction.atomic
def announce(by: "Actor", text: str, until: datetime | None = None) -> Announcement:
    """Show a text to everyone until a time, or until it is ended. Of several, the latest is shown. Raises Invalid."""
    check_administrator(by)
    made = Announcement.objects.create(text=clean_text(text), until=check_until(until), by=by.user)
    audit.record(by, AuditEntry.Act.ANNOUNCED, **_details(made))
    broadcasts.announced()
    return made


@transaction.atomic
def end(by: "Actor", announcement_id: int) -> None:
    check_administrator(by)
    found = Announcement.objects.filter(pk=announcement_id).first()
    if found is None:
        raise NotFound
    if Announcement.objects.filter(pk=found.pk, ended_at=None).update(ended_at=timezone.now()):
        audit.record(by, AuditEntry.Act.ANNOUNCEMENT_ENDED, **_details(found))
        broadcasts.announced()


def clean_text(text: str) -> str:
    text = " ".join(text.replace("\0", "").split())
    if is_blank(text):
        raise Invalid(_("Enter a text for the announcement."))
    if len(text) > ANNOUNCEMENT_LENGTH:
        raise Invalid(_("An announcement can have at most %(limit)d characters.") % {"limit": ANNOUNCEMENT_LENGTH})
    return text


def check_until(until: datetime | None) -> datetime | None:
    if until is not None and until <= timezone.now():
        raise Invalid(_("This time is in the past."))
    return until


def _details(announcement: Announcement) -> dict[str, Any]:
    until = announcement.until and announcement.until.isoformat(timespec="seconds")
    return {"announcement": announcement.pk, "text": announcement.text, "until": until}
