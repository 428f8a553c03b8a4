"""Display names: anybody's to choose, in any script, of characters that can be seen.

Two people may have the same one. But none looks like another person's username, or like the name of deleted accounts: a
username is what tells people apart, and pages leave it out where the name says the same.
"""

import re
import unicodedata
from collections.abc import Iterator

from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.confusables import skeleton
from accounts.models import DELETED_USER, User
from accounts.usernames import MOST_MARKS, normalized

# Categories of characters that nobody sees: controls, what turns the direction of the text, joiners, and what is none.
INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn"}
# Blank, and counted by Unicode as letters, marks or symbols.
_USERNAME_IN_IT = re.compile(r"@(?=\w)")
BLANK = {"\u034f", "\u115f", "\u1160", "\u17b4", "\u17b5", "\u2800", "\u3164", "\uffa0"}


def clean_display_name(typed: str) -> str:
    """In Unicode's form NFC, with single spaces, without what cannot be seen or is one mark too many. May be empty."""
    spaced = " ".join(unicodedata.normalize("NFC", typed).split())
    seen = " ".join("".join(filter(_can_be_seen, spaced)).split())
    return "".join(_without_heaps(seen))


def check_display_name(name: str, user: User | None = None) -> None:
    """Raise ValidationError where a display name could be taken for another person's. `user` is who wants it."""
    if _USERNAME_IN_IT.search(normalized(name)):
        raise ValidationError(_("A display name cannot contain “@” and a name: that is how usernames are written."))
    looks = skeleton(name.strip("@ "))
    if looks in {skeleton(DELETED_USER), skeleton(gettext(DELETED_USER))}:
        raise ValidationError(_("That is what deleted accounts are called."))
    others = User.objects.exclude(pk=user.pk) if user else User.objects.all()
    if name and others.alike(name.strip("@ ")).exists():
        raise ValidationError(
            _("That is another person’s username, or looks like one. You can add to it: a second name, a place.")
        )


def _without_heaps(name: str) -> Iterator[str]:
    """The characters of a name, with no more marks in a row than usernames have."""
    marks = 0
    for character in name:
        marks = marks + 1 if unicodedata.category(character).startswith("M") else 0
        if marks <= MOST_MARKS:
            yield character


def _can_be_seen(character: str) -> bool:
    return unicodedata.category(character) not in INVISIBLE and character not in BLANK
