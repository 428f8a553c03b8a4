"""Response to a request while the database is away, locked or full: 503, with `Retry-After`.

Sockets answer `unavailable` to the same errors (chat/runtime/database.py). The page keeps the values of a submitted
form, and can send them again (project/errors/overload.py).
"""

import errno

from django.utils.translation import gettext_lazy as _

from accounts.overload import Overloaded, Refusals
from chat.errors import Unavailable
from chat.runtime.database import is_outage
from chat.runtime.silent_database import Silent

RETRY_SECONDS = 5.0
FULL = (errno.ENOSPC, errno.EDQUOT)

unavailable = Refusals("pages without the database")


class Away(Overloaded):
    title = _("The site can’t save anything right now")
    sentence = _("Its database isn’t responding, is locked or is full.")
    is_undone = False  # a commit may have been under way


class Uncertain(Away):
    title = _("This may not have been saved")
    sentence = _(
        "The database stopped responding while saving. Check whether your change is there before you try again."
    )


def as_unavailable(error: BaseException) -> Away | None:
    """Return the refusal for an error which means that nothing can be stored now, or None for any other error."""
    is_full = isinstance(error, OSError) and error.errno in FULL
    if not (is_full or is_outage(error) or isinstance(error, Unavailable)):
        return None
    unavailable.note(f"{type(error).__name__}: {error}")
    is_uncertain = isinstance(error.__cause__, Silent) and error.__cause__.is_commit
    return (Uncertain if is_uncertain else Away)("the database", RETRY_SECONDS)
