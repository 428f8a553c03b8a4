"""Why a command or a form was refused: the codes of docs/protocol.md, each with a sentence for the person."""

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
    """The same for a room that does not exist and for one that may not be seen."""

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
    """A direct conversation whose other members have all deleted their accounts."""


class Invalid(Refused):
    code = "invalid"
    sentence = _("Invalid request.")

    @classmethod
    def thread(cls) -> Self:
        return cls(_("You can’t reply to this message."))


class TooMany(Invalid):
    """One more than there may be: it is not over after a while, but once there is one less."""

    code = "too_many"
    sentence = _("The limit is reached.")


class Conflict(Refused):
    code = "conflict"
    sentence = _("This message was already sent with different text.")


class Edited(Conflict):
    """An edit that was based on words that are no longer there. `message` is what the message is now."""

    sentence = _("This message was edited elsewhere in the meantime.")

    def __init__(self, message: "Message") -> None:
        super().__init__()
        self.message = message


class SignedOut(Refused):
    """The session that a write rests on has ended: its socket is closed."""

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
        """`wait`: how long until one more is allowed, in nanoseconds."""
        super().__init__(detail)
        self.retry_after = -(-wait // 1_000_000) / 1000  # seconds, rounded up: who comes back then is not too early

    @classmethod
    def slow(cls, wait: timedelta) -> Self:
        """One post too soon in a room with slow mode."""
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
