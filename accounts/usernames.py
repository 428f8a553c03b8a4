"""What a username may be, and how one is made of a nickname."""

import re
import unicodedata
from collections.abc import Callable
from itertools import count

from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

USERNAME_LENGTH = 40  # characters: fits a line of the sidebar
NAMELESS = "someone"

# Plain letters alone, so that no two usernames look alike by the tricks of Unicode; and no “@”, so that a username is
# never taken for an e-mail address.
validators = [
    RegexValidator(
        r"^[A-Za-z0-9._-]*[A-Za-z0-9][A-Za-z0-9._-]*\Z",
        _("A username is made of the letters a to z, digits, and the characters “.”, “_” and “-”."),
    )
]


def derive_username(nickname: str, taken: Callable[[str], bool]) -> str:
    """A valid username for whoever is called `nickname`; `taken` says which ones are gone, in any case.

    The rule, in this order:

    1. The nickname in Unicode's form NFKC, case-folded: `ＡＢＣ` becomes `abc`, `Straße` becomes `strasse`.
    2. Each character but `a` to `z`, `0` to `9`, `.`, `_` and `-` becomes `-`: `|trey|` becomes `-trey-`.
    3. Where no letter and no digit is left, it becomes `someone`.
    4. It is cut to 40 characters.
    5. Where that username is taken, it gets `-2`, or else `-3`, and so on, and is cut to leave room for that.

    So the same nickname with the same usernames taken always gives the same username, and nicknames that differ only in
    case, or look alike, give distinct ones. The nickname itself belongs into the display name.
    """
    plain = re.sub(r"[^a-z0-9._-]", "-", unicodedata.normalize("NFKC", nickname).casefold())
    base = plain[:USERNAME_LENGTH] if re.search(r"[a-z0-9]", plain[:USERNAME_LENGTH]) else NAMELESS
    suffixes = (f"-{number}" if number > 1 else "" for number in count(1))
    candidates = (base[: USERNAME_LENGTH - len(suffix)] + suffix for suffix in suffixes)
    return next(username for username in candidates if not taken(username))
