"""Why a command or a form was refused: the codes of docs/protocol.md, each with a sentence for the person."""

from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


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
    sentence = _("That could not be understood.")


class NotFound(Refused):
    """The same for a room that does not exist and for one that may not be seen."""

    code = "not_found"
    sentence = _("There is no such room.")


class Forbidden(Refused):
    code = "forbidden"
    sentence = _("You may not do that here.")


class Invalid(Refused):
    code = "invalid"
    sentence = _("That is not valid.")


class Conflict(Refused):
    code = "conflict"
    sentence = _("This message was already sent, with another text.")


class Unavailable(Refused):
    code = "unavailable"
    retry = True
    sentence = _("The server cannot store anything just now. Try again in a moment.")


class Internal(Refused):
    code = "internal"
    retry = True
    sentence = _("Something went wrong on the server.")
