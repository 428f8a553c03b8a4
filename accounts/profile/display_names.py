"""Display names: freely chosen, in any script, of visible characters.

Two users may have the same one. But none may look like another user's username, or like the name of deleted accounts:
usernames tell users apart, and pages leave the username out if the display name is the same.
"""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import DELETED_USER, User
from accounts.usernames.confusables import skeleton
from accounts.usernames.invisible_characters import is_blank, without_heaps, without_strays
from accounts.usernames.rules import normalized

_USERNAME_IN_IT = re.compile(r"@(?=\w)")


def clean_display_name(typed: str) -> str:
    """Return the name in Unicode's form NFC, with single spaces, without stray invisible characters and excess marks.

    It may become empty.
    """
    spaced = " ".join(unicodedata.normalize("NFC", typed).split())
    seen = " ".join(without_strays(spaced).split())
    return "" if is_blank(seen) else without_heaps(seen)


def typed_display_name(typed: str) -> str:
    """Return a typed name in its stored form. Raises ValidationError if it has only invisible characters."""
    name = clean_display_name(typed)
    if typed.strip() and not name:
        raise ValidationError(_("A display name needs at least one visible character."))
    return name


def check_display_name(name: str, user: User | None = None) -> None:
    """Raise ValidationError if the display name, chosen by `user`, could be mistaken for another person's name."""
    if _USERNAME_IN_IT.search(normalized(name)):
        raise ValidationError(
            _("A display name can’t contain “@” followed by a name, because that looks like a username.")
        )
    looks = skeleton(name.strip("@ "))
    if looks in {skeleton(DELETED_USER), skeleton(gettext(DELETED_USER))}:
        raise ValidationError(_("This name is reserved for deleted accounts."))
    others = User.objects.exclude(pk=user.pk) if user else User.objects.all()
    if name and others.alike(name.strip("@ ")).exists():
        raise ValidationError(
            _("This is another person’s username or looks like one. Add something to it, such as a last name.")
        )
