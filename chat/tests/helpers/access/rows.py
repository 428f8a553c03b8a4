"""Rows of the table: the outcome for each kind of user."""

from typing import NamedTuple


class Row(NamedTuple):
    nobody: str
    outsider: str
    member: str
    owner: str
    administrator: str
    factorless: str = ""  # outcome for an administrator who has shown no second factor; as for an outsider, if empty

    def whole(self) -> "Row":
        return self._replace(factorless=self.factorless or self.outsider)


def all_alike(word: str) -> Row:
    return Row(word, word, word, word, word)


def signed_in(word: str) -> Row:
    """Build a row with the same outcome for all signed-in users."""
    return Row("sign in", word, word, word, word)


EVERYONE = all_alike("open")
FORM_FOR_EVERYONE = all_alike("form")
LED_ON_AS_EVERYONE = all_alike("leads on")
TO_SIGN_IN = all_alike("sign in")
NEVER = all_alike("not so")
NOBODY = all_alike("nothing")

SIGNED_IN = signed_in("open")
NOT_SO = signed_in("not so")
DONE = signed_in("done")
FORM = signed_in("form")
LED_ON = signed_in("leads on")
CONFIRM = signed_in("confirm")
NOT_THEIRS = signed_in("nothing")

# Pages to sign in and sign up, which redirect signed-in users.
NEWCOMERS = Row("open", "leads on", "leads on", "leads on", "leads on")
DONE_BY_NEWCOMERS = Row("done", "leads on", "leads on", "leads on", "leads on")

# A private room, which does not exist for outsiders. Administrators can use only some of its settings pages.
MEMBERS = Row("sign in", "nothing", "open", "open", "nothing")
DONE_BY_MEMBERS = Row("sign in", "nothing", "done", "done", "nothing")
ITS_PEOPLE = Row("sign in", "nothing", "refused", "open", "refused")
DONE_BY_ITS_PEOPLE = Row("sign in", "nothing", "refused", "done", "refused")
NOT_SO_FOR_ITS_PEOPLE = Row("sign in", "nothing", "refused", "not so", "refused")
WHO_RUN_IT = Row("sign in", "nothing", "refused", "open", "open")
DONE_BY_WHO_RUN_IT = Row("sign in", "nothing", "refused", "done", "done")
NOT_SO_FOR_WHO_RUN_IT = Row("sign in", "nothing", "refused", "not so", "not so")

# Pages of the site, for administrators only. Without a second factor, they are redirected to enter it.
ADMINISTRATORS = Row("sign in", "nothing", "nothing", "nothing", "open", "confirm")
DONE_BY_ADMINISTRATORS = Row("sign in", "nothing", "nothing", "nothing", "done", "confirm")
NOT_SO_FOR_ADMINISTRATORS = Row("sign in", "nothing", "nothing", "nothing", "not so", "confirm")

# Django's admin. Its permissions by model are tested elsewhere; this checks only that it admits administrators alone.
ADMIN = Row("sign in", "sign in", "sign in", "sign in", "open | leads on | refused | nothing | not so")
ADMIN_FORM = Row("sign in", "sign in", "sign in", "sign in", "form | leads on | refused | nothing | not so | sign in")

# The socket, which needs a signed-in user.
ANYBODY = Row("refused", "done", "done", "done", "done")
IN_THE_ROOM = Row("refused", "nothing", "done", "done", "nothing")
WHOEVER_RUNS_THE_ROOM = Row("refused", "nothing", "refused", "done", "done")
ITS_MODERATORS = Row("refused", "nothing", "refused", "done", "refused")
THEIR_AUTHOR = Row("refused", "nothing", "done", "refused", "nothing")
ALL_BUT_THEIR_AUTHOR = Row("refused", "nothing", "refused", "done", "nothing")
THEIR_AUTHOR_AND_WHO_RUN_THE_ROOM = Row("refused", "nothing", "done", "done", "done")
THEIR_AUTHOR_AND_ITS_MODERATORS = Row("refused", "nothing", "done", "done", "refused")
