"""Refusals of commands and forms: the codes of docs/protocol.md, each with a message for the user."""

from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar, Self

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

if TYPE_CHECKING:
    from chat.models import Message


class Refused(Exception):
    code: ClassVar[str]
    retry: ClassVar[bool] = False
    sentence: ClassVar[str | Promise]

    def __init__(self, detail: str | Promise | None = None) -> None:
        super().__init__(detail or self.sentence)

    @property
    def detail(self) -> str:
        return str(self.args[0])


class BadFrame(Refused):
    code = "bad_frame"
    sentence = _("Invalid request.")


class NotFound(Refused):
    """A room that does not exist or that the user may not see: both look the same."""

    code = "not_found"
    sentence = _("Room not found.")

    @classmethod
    def message(cls) -> Self:
        return cls(_("Message not found."))

    @classmethod
    def member(cls) -> Self:
        return cls(_("This person isn’t a member of this room."))

    @classmethod
    def person(cls) -> Self:
        return cls(_("User not found."))


class Forbidden(Refused):
    code = "forbidden"
    sentence = _("You don’t have permission to do that.")


class NoRecipient(Forbidden):
    """A direct conversation without recipients: all other members have deleted their accounts."""


class Invalid(Refused):
    code = "invalid"
    sentence = _("Invalid request.")

    @classmethod
    def thread(cls) -> Self:
        return cls(_("You can’t reply to this message."))


class TooMany(Invalid):
    """A limit on a number is reached. Waiting does not help; removing one does."""

    code = "too_many"
    sentence = _("The limit is reached.")


class Conflict(Refused):
    code = "conflict"
    sentence = _("This message was already sent with different text.")


class Edited(Conflict):
    """An edit of a text that has changed since. `message` is the current message."""

    sentence = _("This message was edited elsewhere in the meantime.")

    def __init__(self, message: "Message") -> None:
        super().__init__()
        self.message = message


class SignedOut(Refused):
    """The session that a write depends on has ended. Its socket is closed."""

    code = "signed_out"
    sentence = _("You’ve been signed out.")


class Unavailable(Refused):
    code = "unavailable"
    retry = True
    sentence = _("The server can’t save anything right now. Try again in a moment.")

    @classmethod
    def presence(cls) -> Self:
        return cls(_("Can’t tell who’s online right now. Try again in a moment."))


class Limited(Refused):
    code = "limited"
    retry = True
    sentence = _("You’re sending too fast. Try again in a moment.")

    def __init__(self, wait: int, detail: str | Promise | None = None) -> None:
        """Take `wait`, the time until one more is allowed, in nanoseconds."""
        super().__init__(detail)
        self.retry_after = -(-wait // 1_000_000) / 1000  # seconds, rounded up: a retry after them is not too early

    @classmethod
    def slow(cls, wait: timedelta) -> Self:
        seconds = -(-wait // timedelta(seconds=1))
        words = ngettext(
            "Slow mode is on. You can post again in %(seconds)d second.",
            "Slow mode is on. You can post again in %(seconds)d seconds.",
            seconds,
        )
        return cls(wait // timedelta(microseconds=1) * 1000, words % {"seconds": seconds})


class Internal(Refused):
    code = "internal"
    retry = True
    sentence = _("Something went wrong on the server.")
