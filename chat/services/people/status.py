"""Status of a user, and when they were last seen."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from chat import broadcasts
from chat.errors import Invalid
from chat.markup.emoji import canonical, is_emoji
from chat.models import Status
from chat.models.status import TEXT_LENGTH
from chat.services.shared.validation import UNFIT, check_can_be_seen, has_any

LONGEST = timedelta(days=366)


@transaction.atomic
def set_status(
    user: User, *, mode: str = Status.Mode.AUTO, text: str = "", emoji: str = "", until: datetime | None = None
) -> User:
    """Replace the whole status. Returns the user with the status as it is stored. Raises Invalid."""
    text = _line(text)
    if mode not in Status.Mode.values:
        raise Invalid
    if emoji and not is_emoji(emoji):
        raise Invalid(_("This isn’t an emoji."))
    if until and not timezone.now() < until < timezone.now() + LONGEST:
        raise Invalid(_("A status must end in the future and within a year."))
    if not (text or emoji or mode == Status.Mode.DND):
        until = None  # nothing to end
    was_dnd = mode == Status.Mode.INVISIBLE and _shows_dnd(user)
    decided = {"mode": mode, "was_dnd": was_dnd, "text": text, "emoji": canonical(emoji), "until": until}
    Status.objects.update_or_create(user=user, defaults={**decided, "changed_at": Now()})
    [stored] = _with_status([user.pk])
    broadcasts.people_changed([stored])
    return stored


@transaction.atomic
def note_last_seen(seen: Mapping[int, datetime]) -> None:
    """Store when users were last seen, by their ids. Unknown users are skipped, and no time moves back."""
    people = [user for user in _with_status(seen) if _is_later(seen[user.pk], Status.of(user).last_seen_at)]
    Status.objects.bulk_create(
        [Status(user=user, last_seen_at=seen[user.pk], changed_at=Now()) for user in people],
        update_conflicts=True,
        unique_fields=["user"],
        update_fields=["last_seen_at", "changed_at"],
    )
    broadcasts.people_changed(_with_status([user.pk for user in people]))


def _shows_dnd(user: User) -> bool:
    stored = Status.objects.select_for_update().filter(user=user).first()
    return stored is not None and stored.shows_dnd


def _line(text: str) -> str:
    text = text.strip()
    if len(text) > TEXT_LENGTH:
        raise Invalid(_("A status can have at most %(limit)d characters.") % {"limit": TEXT_LENGTH})
    if has_any(UNFIT, text):
        raise Invalid(_("A status must be one line of text."))
    check_can_be_seen(text, _("A status needs at least one visible character."))
    return text


def _is_later(time: datetime, than: datetime | None) -> bool:
    return than is None or time > than


def _with_status(users: Collection[int]) -> list[User]:
    # Nothing more is stored about deleted accounts.
    found = User.objects.filter(pk__in=users, deleted_at=None)
    return list(found.select_related("status").order_by("pk"))
