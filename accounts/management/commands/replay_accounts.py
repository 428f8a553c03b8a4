import json
import secrets
import sys
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.models import Session
from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.sessions.store import NO_ADDRESS, SessionStore
from accounts.usernames.confusables import skeleton
from accounts.usernames.rules import derive_username

# Marks the accounts of replays: the command creates sessions for these alone. No email can ever reach this domain.
EMAIL_DOMAIN = "replay.invalid"
SESSION_AGE = timedelta(days=1)
BATCH = 500


class Command(BaseCommand):
    help = (
        "Reads a JSON array of nicknames from the standard input, creates an account without a password for each, and "
        "prints a JSON object with the cookie of a signed-in session for each. For bin/replay."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        nicknames = list(dict.fromkeys(json.load(sys.stdin)))
        with transaction.atomic():
            users = accounts_for(nicknames)
            sessions = sign_in(users)
        cookies = {
            user.display_name: f"{settings.SESSION_COOKIE_NAME}={session.session_key}"
            for user, session in zip(users, sessions, strict=True)
        }
        self.stdout.write(json.dumps(cookies))


def accounts_for(nicknames: list[str]) -> list[User]:
    known = existing(nicknames)
    looks = set(User.objects.values_list("skeleton", flat=True))
    made = []
    for nickname in nicknames:
        if nickname not in known:
            username = derive_username(nickname, lambda name: skeleton(name) in looks)
            looks.add(skeleton(username))
            made.append(account(nickname, username))
    User.objects.bulk_create(made, BATCH)
    known = existing(nicknames)
    return [known[nickname] for nickname in nicknames]


def existing(nicknames: Iterable[str]) -> dict[str, User]:
    accounts = User.objects.filter(email__endswith=f"@{EMAIL_DOMAIN}")
    wanted = set(nicknames)
    return {user.display_name: user for user in accounts if user.display_name in wanted}


def account(nickname: str, username: str) -> User:
    return User(
        username=username,
        email=f"{username}@{EMAIL_DOMAIN}",
        display_name=nickname,
        password=make_password(None),
    )


def sign_in(users: list[User]) -> list[Session]:
    expires = timezone.now() + SESSION_AGE
    sessions = Session.objects.bulk_create(
        [
            Session(session_key=secrets.token_hex(16), session_data=session_data(user), expire_date=expires)
            for user in users
        ],
        BATCH,
    )
    UserSession.objects.bulk_create(
        [
            UserSession(session_key=session.session_key, user=user, ip=NO_ADDRESS, user_agent="")
            for user, session in zip(users, sessions, strict=True)
        ],
        BATCH,
    )
    return sessions


def session_data(user: User) -> str:
    return SessionStore().encode(
        {
            SESSION_KEY: str(user.pk),
            BACKEND_SESSION_KEY: "django.contrib.auth.backends.ModelBackend",
            HASH_SESSION_KEY: user.get_session_auth_hash(),
        }
    )
