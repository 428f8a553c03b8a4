"""Export of all data about a user, as a ZIP file that is streamed while it is built: docs/export.md.

Other apps contribute their data: `contribute("messages", messages_of)`.
"""

import io
import json
import zipfile
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import ExitStack
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from asgiref.sync import sync_to_async
from django.core.serializers.json import DjangoJSONEncoder

from accounts.models import User
from accounts.overload import Gate, OneEach, release_connections
from accounts.profile import pictures
from accounts.sessions import sessions

Rows = Iterable[dict[str, Any]]

WRITTEN_AT_ONCE = 64 * 1024  # bytes to collect before they are sent

exporting = Gate("exports", at_once=4, seconds=10)
one_export = OneEach("exports of the same person", seconds=10)

_parts: dict[str, Callable[[User], Rows]] = {}


def contribute(name: str, rows_of: Callable[[User], Rows]) -> None:
    """Add the file `name`.jsonl to exports, with a line for each row. Rows are read as they are written."""
    _parts[name] = rows_of


def admit(user: User) -> ExitStack:
    """Take a place for this user's export, until the returned stack is closed. Raises Overloaded."""
    with ExitStack() as places:
        places.enter_context(one_export.entered(user.pk))
        places.enter_context(exporting.entered())
        return places.pop_all()


async def archive(user: User) -> AsyncIterator[bytes]:
    """Yield the file in pieces. Each is built on the request's thread, and sent before the next.

    Sending takes as long as the reader likes. Meanwhile the thread holds no connection to the database.
    """
    pieces = _pieces(user)
    while (piece := await sync_to_async(_next)(pieces)) is not None:
        yield piece


def _next(pieces: Iterator[bytes]) -> bytes | None:
    try:
        return next(pieces, None)
    finally:
        release_connections()


def _pieces(user: User) -> Iterator[bytes]:
    outlet = _Outlet()
    with zipfile.ZipFile(outlet, "w", zipfile.ZIP_DEFLATED) as file:
        for name, rows_of in _parts.items():
            with file.open(f"{name}.jsonl", "w", force_zip64=True) as entry:
                for row in rows_of(user):
                    entry.write(_line(row))
                    if outlet.size >= WRITTEN_AT_ONCE:
                        yield outlet.take()
        if user.picture:
            file.writestr("picture.webp", pictures.read(user.picture))
    yield outlet.take()


class _Outlet(io.RawIOBase):
    """Buffer of bytes that were written and have yet to be sent."""

    def __init__(self) -> None:
        self._written = bytearray()

    @property
    def size(self) -> int:
        return len(self._written)

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._written += data
        return len(memoryview(data))

    def take(self) -> bytes:
        taken, self._written = bytes(self._written), bytearray()
        return taken


def _line(row: dict[str, Any]) -> bytes:
    return json.dumps(row, cls=DjangoJSONEncoder, ensure_ascii=False).encode() + b"\n"


# -- Data of accounts --------------------------------------------------------------------------------------------------


def _profile(user: User) -> Rows:
    names = ("id", "username", "display_name", "email", "time_zone", "theme", "date_joined", "last_login")
    yield {name: getattr(user, name) for name in names}


def _addresses(user: User) -> Rows:
    return EmailAddress.objects.filter(user=user).values("email", "verified", "primary")


def _sessions(user: User) -> Rows:
    for session in sessions.of(user):
        yield {"address": session.ip, "device": session.user_agent, "since": session.created_at}


def _factors(user: User) -> Rows:
    # Types, names and dates: never the secrets.
    for factor in Authenticator.objects.filter(user=user).order_by("created_at"):
        name = factor.wrap().name if factor.type == Authenticator.Type.WEBAUTHN else ""
        yield {"type": factor.type, "name": name, "since": factor.created_at, "last_used": factor.last_used_at}


def _connected(user: User) -> Rows:
    return SocialAccount.objects.filter(user=user).values("provider", "uid", "date_joined", "last_login")


contribute("profile", _profile)
contribute("addresses", _addresses)
contribute("sessions", _sessions)
contribute("factors", _factors)
contribute("connected", _connected)
