"""Validation of the texts of a room: `clean_…` returns a text as it is stored, or raises Invalid with the reason."""

import unicodedata
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.usernames.invisible_characters import MOST_MARKS, has_heap, has_stray, is_blank
from chat.errors import Invalid
from chat.markup.emoji import canonical, is_emoji, with_emoji
from chat.models import Room
from chat.models.room import DESCRIPTION_LENGTH, NAME_LENGTH, TOPIC_LENGTH

if TYPE_CHECKING:
    from accounts.models import User

# Control characters, surrogates and line separators. Format characters are allowed: they join letters and emoji.
UNFIT = {"Cc", "Cs", "Zl", "Zp"}


def clean_name(typed: str) -> str:
    name = " ".join(unicodedata.normalize("NFC", typed).strip().removeprefix("#").split())
    if not name:
        raise Invalid(_("Enter a room name."))
    if len(name) > NAME_LENGTH:
        raise Invalid(_("A room name can have at most %(limit)d characters.") % {"limit": NAME_LENGTH})
    if is_blank(name):
        raise Invalid(_("A room name needs at least one visible character."))
    if has_stray(name):
        raise Invalid(_("A room name can’t contain invisible characters."))
    if has_heap(name):
        words = _("A room name can have at most %(limit)d accents or marks on a character.")
        raise Invalid(words % {"limit": MOST_MARKS})
    return name


def clean_kind(kind: str) -> str:
    if kind not in (Room.Kind.PUBLIC, Room.Kind.PRIVATE):
        raise Invalid(_("Choose public or private."))
    return kind


def clean_topic(typed: str) -> str:
    topic = typed.strip()
    if len(topic) > TOPIC_LENGTH:
        raise Invalid(_("A topic can have at most %(limit)d characters.") % {"limit": TOPIC_LENGTH})
    if has_any(UNFIT, topic):
        raise Invalid(_("A topic must be one line of text."))
    check_can_be_seen(topic, _("A topic needs at least one visible character."))
    if has_stray(topic):
        raise Invalid(_("A topic can’t contain invisible characters."))
    return topic


def clean_description(typed: str) -> str:
    # Forms send a line break as two characters.
    description = typed.strip().replace("\r\n", "\n")
    if len(description) > DESCRIPTION_LENGTH:
        raise Invalid(_("A description can have at most %(limit)d characters.") % {"limit": DESCRIPTION_LENGTH})
    if has_any(UNFIT, description.replace("\n", " ")):
        raise Invalid(_("A description can’t contain control characters."))
    check_can_be_seen(description, _("A description needs at least one visible character."))
    return description


def clean_emoji(typed: str) -> str:
    emoji = with_emoji(typed.strip())
    if emoji and not is_emoji(emoji):
        raise Invalid(_("This isn’t an emoji."))
    return canonical(emoji)


def time_for(user: "User", time: datetime) -> str:
    there = time.astimezone(ZoneInfo(user.time_zone or "UTC"))
    return f"{date_format(there, 'DATETIME_FORMAT')} ({there:%Z})"


def check_can_be_seen(text: str, sentence: str) -> None:
    """Raise Invalid with this sentence for a text that is not empty but shows nothing."""
    if text and is_blank(text):
        raise Invalid(sentence)


def has_any(categories: set[str], text: str) -> bool:
    return any(unicodedata.category(character) in categories for character in text)
