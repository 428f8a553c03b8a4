"""Log of sign-ins, sign-outs and wrong passwords, with the account's id and the network address.

The typed name is left out of the log: people type passwords into the wrong field.
"""

import logging
from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from accounts.models import User
from accounts.requests import address_of

logger = logging.getLogger(__name__)


@receiver(user_logged_in)
def note_who_signed_in(request: HttpRequest, user: User, **_: Any) -> None:
    logger.info("User %d signed in from %s.", user.pk, address_of(request))


@receiver(user_logged_out)
def note_who_signed_out(request: HttpRequest, user: User | None, **_: Any) -> None:
    if user is not None:
        logger.info("User %d signed out from %s.", user.pk, address_of(request))


@receiver(user_login_failed)
def note_who_tried(credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any) -> None:
    login = str(credentials.get("username") or credentials.get("email") or "")
    found = User.objects.called(login) if "@" not in login else User.objects.filter(email__iexact=login)
    whose = f"user {found[0].pk}" if found else "nobody"
    where = address_of(request) if request else "a command"
    logger.warning("A wrong password, for %s, from %s.", whose, where)
