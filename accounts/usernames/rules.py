"""Rules for usernames, and how a username is derived from a nickname: docs/usernames.md.

A username is in Unicode's form NFKC: `ＡＬＩＣＥ` is `ALICE`. It keeps its case, and comparisons ignore case. It has

- letters and digits of any script, the marks that belong to letters, and the characters `.`, `_` and `-`. So it has no
  space, no “@”, which would make it look like an email address, no emoji, and no character that is invisible or changes
  the direction of text;
- at least one letter or digit, and 40 characters at most;
- marks only after a letter, a digit or a mark, and at most three in a row;
- letters of one direction only, and digits of one script only.

`here` and `room` mention many members at once, so no account can have these names. Sign-up refuses more names
(`is_reserved`): those that seem to speak for the site, and their look-alikes. An existing account keeps its name, and
administrators may choose any. A look-alike of another user's username is refused in every case
(accounts/usernames/confusables.py).
"""

import re
import unicodedata
from collections.abc import Callable
from functools import cache
from itertools import count

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.usernames.confusables import skeleton
from accounts.usernames.invisible_characters import MOST_MARKS

USERNAME_LENGTH = 40  # characters: fits a line of the sidebar
FOLDED_LENGTH = 2 * USERNAME_LENGTH  # `ß` folds to `ss`, and no character becomes longer
NAMELESS = "someone"
TAKEN = _("That username is taken or looks too much like another one.")
RESERVED = _("That username is reserved or looks too much like a reserved one.")

MENTIONS = frozenset({"here", "room"})
_SPEAK_FOR_THE_SITE = frozenset(
    {
        *("abuse", "admin", "administrator", "anonymous", "api", "bot", "channel", "deleted", "everyone", "help"),
        *("here", "hostmaster", "mailer-daemon", "me", "moderator", "no-reply", "nobody", "noreply", "null", "owner"),
        *("postmaster", "room", "roomful", "root", "security", "someone", "staff", "support", "sysadmin", "system"),
        *("undefined", "webmaster"),
    }
)
_ALL = "all"  # reserved without its look-alikes: Ali is a name
_DELETED = "deleted-"

# Letters and marks that are invisible, or only make others wider.
_UNSEEN = re.compile(
    "[\u034f\u0640\u07fa\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0000-\U000e0fff]"
)
_MARKS_OUT_OF_PLACE = re.compile(rf"(^|P)M|M{{{MOST_MARKS + 1}}}")  # matched against the kinds of a name's characters


def normalized(name: str) -> str:
    return unicodedata.normalize("NFKC", name)


def folded(name: str) -> str:
    """Return the form for comparison: the same for names that differ only in case, or in how they were typed."""
    if name.isascii():
        return name.lower()
    once = normalized(normalized(name).casefold())
    return normalized(once.casefold())


def is_name_character(character: str) -> bool:
    return _kind(character) != "X"


def validate_username(name: str) -> None:
    """Raise ValidationError if no account may have this username."""
    name = normalized(name)
    kinds = "".join(map(_kind, name))
    if "X" in kinds:
        raise ValidationError(_("Use only letters, digits, “.”, “_” and “-” in a username."))
    if not ("L" in kinds or "N" in kinds):
        raise ValidationError(_("A username needs at least one letter or digit."))
    if len(name) > USERNAME_LENGTH:
        raise ValidationError(_("A username can have at most %(most)d characters.") % {"most": USERNAME_LENGTH})
    if _MARKS_OUT_OF_PLACE.search(kinds):
        words = _("A username can have at most %(most)d accents or marks on a letter, and none on their own.")
        raise ValidationError(words % {"most": MOST_MARKS})
    if len({_is_from_right(each) for each, kind in zip(name, kinds, strict=True) if kind == "L"}) > 1:
        raise ValidationError(_("All letters of a username must be written in the same direction."))
    if len({_zero_of(each) for each, kind in zip(name, kinds, strict=True) if kind == "N"}) > 1:
        raise ValidationError(_("All digits of a username must be from the same script."))
    if folded(name) in MENTIONS:
        raise ValidationError(RESERVED)


validators = [validate_username]


def is_reserved(name: str) -> bool:
    """Return whether sign-up refuses this username."""
    looks = skeleton(name)
    return folded(name) == _ALL or looks in _reserved_looks() or looks.startswith(skeleton(_DELETED))


def derive_username(nickname: str, taken: Callable[[str], bool]) -> str:
    """Return a valid username for `nickname`. `taken` tells which ones are taken, or look like one that is.

    The rule, in this order:

    1. The nickname in Unicode's form NFKC, case-folded: `ＡＢＣ` becomes `abc`, `Straße` becomes `strasse`.
    2. Each digit becomes one of `0` to `9`, and each character that a username cannot have becomes `-`: `|trey|`
       becomes `-trey-`.
    3. It is cut to 40 characters. If the result is no username, each character that is not ASCII becomes `-`, too.
    4. If no letter and no digit is left, it becomes `someone`.
    5. If that username is taken, it gets `-2`, or else `-3`, and so on, and is cut to leave room for the suffix.

    So the same nickname with the same usernames taken always gives the same username, and nicknames that differ only in
    case, or look alike, give distinct ones. The nickname itself belongs in the display name.
    """
    base = "".join(map(_plain, folded(nickname)))[:USERNAME_LENGTH]
    if not is_username(base):
        base = re.sub(r"[^a-z0-9._-]", "-", base)
    if not re.search(r"[^\W_]", base):
        base = NAMELESS
    suffixes = (f"-{number}" if number > 1 else "" for number in count(1))
    candidates = (base[: USERNAME_LENGTH - len(suffix)] + suffix for suffix in suffixes)
    return next(username for username in candidates if is_username(username) and not taken(username))


def is_username(name: str) -> bool:
    try:
        validate_username(name)
    except ValidationError:
        return False
    return True


def _kind(character: str) -> str:
    """Return L for a letter, M for a mark, N for a digit, P for `.`, `_` and `-`, X for any other character."""
    if character in "._-":
        return "P"
    category = unicodedata.category(character)
    if _UNSEEN.match(character):
        return "X"
    return "N" if category == "Nd" else "M" if category in {"Mn", "Mc"} else "L" if category[0] == "L" else "X"


def _plain(character: str) -> str:
    kind = _kind(character)
    return str(unicodedata.decimal(character)) if kind == "N" else "-" if kind == "X" else character


def _is_from_right(letter: str) -> bool:
    return unicodedata.bidirectional(letter) in {"R", "AL"}


def _zero_of(digit: str) -> int:
    return ord(digit) - unicodedata.decimal(digit)


@cache
def _reserved_looks() -> frozenset[str]:
    return frozenset(map(skeleton, _SPEAK_FOR_THE_SITE))
