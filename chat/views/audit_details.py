"""Details of an audit entry in words, as its pages show them. The export keeps them as they are stored."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format, number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.timestamps import moment
from chat.models import AuditEntry, Membership, Room

NOTHING = "–"

LABELS: dict[str, str | Promise] = {
    "after": gettext_lazy("Now"),
    "announcement": gettext_lazy("Announcement"),
    "at": gettext_lazy("At"),
    "before": gettext_lazy("Before"),
    "connection": gettext_lazy("Connection"),
    "count": gettext_lazy("Messages"),
    "days": gettext_lazy("Days"),
    "default": gettext_lazy("Adds new people automatically"),
    "description": gettext_lazy("Description"),
    "device": gettext_lazy("Device"),
    "email": gettext_lazy("Email"),
    "emoji": gettext_lazy("Emoji"),
    "expires": gettext_lazy("Expires"),
    "fields": gettext_lazy("Fields"),
    "how": gettext_lazy("Details"),
    "invitation": gettext_lazy("Invitation"),
    "invite": gettext_lazy("Link"),
    "kind": gettext_lazy("Kind"),
    "message": gettext_lazy("Message"),
    "most_uses": gettext_lazy("Maximum uses"),
    "name": gettext_lazy("Name"),
    "outcome": gettext_lazy("Outcome"),
    "read_only": gettext_lazy("Only moderators post"),
    "reason": gettext_lazy("Reason"),
    "removes_posts": gettext_lazy("Messages are deleted"),
    "report": gettext_lazy("Report"),
    "role": gettext_lazy("Role"),
    "seconds": gettext_lazy("Seconds between posts"),
    "session": gettext_lazy("Session"),
    "sessions": gettext_lazy("Sessions"),
    "text": gettext_lazy("Text"),
    "topic": gettext_lazy("Topic"),
    "until": gettext_lazy("Until"),
    "words": gettext_lazy("Text"),
}
IDS = {"announcement", "invitation", "invite", "message", "report"}
VALUES: dict[str, dict[str, str | Promise]] = {
    "kind": {str(value): label for value, label in Room.Kind.choices},
    "role": {str(value): label for value, label in Membership.Role.choices},
}


def lines_of(entry: AuditEntry) -> list[tuple[str, str]]:
    return list(_lines(dict(entry.details)))


def _lines(details: dict[str, Any]) -> Iterator[tuple[str, str]]:
    before, after = details.get("before"), details.get("after")
    if isinstance(before, dict) and isinstance(after, dict):
        del details["before"], details["after"]
        for name in {**before, **after}:
            change = {"before": _words(name, before.get(name)), "after": _words(name, after.get(name))}
            yield _label(name), _("%(before)s → %(after)s") % change
    for name, value in details.items():
        if value is not None and value != "":
            time = _time(value)
            yield _label(name), moment(time) if time else _words(name, value)


def _label(name: str) -> str:
    return str(LABELS.get(name, name))


def _words(name: str, value: Any) -> str:
    if value is None or value == "" or value == [] or value == {}:
        return NOTHING
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int):
        return str(value) if name in IDS else number_format(value, force_grouping=True)
    if isinstance(value, dict):
        return ", ".join(f"{_label(each)}: {_words(each, part)}" for each, part in value.items())
    if isinstance(value, list):
        return ", ".join(_words(name, each) for each in value)
    return str(VALUES.get(name, {}).get(str(value)) or _time_in_words(value) or value)


def _time_in_words(value: Any) -> str:
    time = _time(value)
    return date_format(timezone.localtime(time), "DATETIME_FORMAT") if time else ""


def _time(value: Any) -> datetime | None:
    if not isinstance(value, str) or "T" not in value:
        return None
    try:
        time = parse_datetime(value)
    except ValueError:
        return None
    return time if time is not None and timezone.is_aware(time) else None
