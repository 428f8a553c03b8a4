"""Session engine: rows in the database, each noted with its user, and short-lived while it has none."""

from datetime import datetime, timedelta
from typing import Any

from allauth.usersessions.models import UserSession
from asgiref.sync import sync_to_async
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.db import transaction
from django.utils import timezone

ANONYMOUS_AGE = 60 * 60  # seconds; enough for a mailed code, an invitation or a passkey challenge
NO_ADDRESS = "::"  # for a peer on a Unix socket, or a session that no request created


class SessionStore(db.SessionStore):  # the class name is part of the signing salt
    """Session store. Anonymous rows expire in an hour, because anyone can create them.

    The row of a signed-in user is noted in the transaction that stores it, so that the sessions of a user are found
    without decoding all sessions. accounts/sessions/sessions.py fills in device and address.
    """

    _noted: tuple[str | None, str] | None = None

    def get_expiry_age(self, **kwargs: Any) -> int:
        age: int = super().get_expiry_age(**kwargs)
        return age if self._user_id() else min(age, ANONYMOUS_AGE)

    def get_expiry_date(self, **kwargs: Any) -> datetime:
        date: datetime = super().get_expiry_date(**kwargs)
        latest = kwargs.get("modification", timezone.now()) + timedelta(seconds=ANONYMOUS_AGE)
        return date if self._user_id() else min(date, latest)

    def save(self, must_create: bool = False) -> None:
        with transaction.atomic():
            super().save(must_create)
            self._note()

    async def asave(self, must_create: bool = False) -> None:
        await sync_to_async(self.save)(must_create)

    def _user_id(self) -> str:
        return str(self.get(SESSION_KEY, ""))

    def _note(self) -> None:
        noted = (self.session_key, self._user_id())
        if noted[1] and noted != self._noted:
            defaults = {"user_id": noted[1], "ip": NO_ADDRESS, "user_agent": ""}
            UserSession.objects.get_or_create(session_key=noted[0], defaults=defaults)
            self._noted = noted
