"""The first proof of an email address, which ends all credentials that another session chose before.

Anyone can sign up with an address that is not theirs. The account waits for the mailed code, and the owner of the
address can enter it with any code: to sign in, or to reset the password. A password, a passkey or a connected account
that was chosen without the proof would still open it afterwards.
"""

import logging
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth import update_session_auth_hash
from django.db import transaction
from django.http import HttpRequest

from accounts.mfa import factors
from accounts.models import User
from accounts.profile.announce import announce
from accounts.sessions import sessions
from accounts.signup import pending
from accounts.signup.usernames import as_if_later

logger = logging.getLogger(__name__)

# Session key: id of the account that lost its old credentials when this session proved the address.
CLAIMED = "claimed_account"
CREDENTIALS = {"password", "mfa", "socialaccount"}  # methods in allauth's records of a session, except mailed codes


def receive(request: HttpRequest, user: User) -> None:
    """Remove the credentials of others if this session is the first to prove an address of `user`.

    Call it before the address is marked as verified: a crash in between then leaves no credential in force.
    """
    if not is_proved(user) and not _knows_the_account(request, user):
        _remove_credentials(user)
        request.session[CLAIMED] = user.pk
        logger.warning(
            "The address of user %d was proved, and what others had chosen for the account removed.", user.pk
        )


def is_proved(user: User) -> bool:
    return EmailAddress.objects.filter(user=user, verified=True).exists()


def has_claimed(request: HttpRequest, user: User) -> bool:
    """Return whether this session took over the account, and has yet to choose a name and a password."""
    return bool(request.session.get(CLAIMED) == user.pk)


def settle(request: HttpRequest, user: User, username: str, password: str | None) -> None:
    # The session of the new owner stays in force.
    user.username = username
    if password:
        user.set_password(password)  # before the transaction: hashing takes long
    with as_if_later(request, username):
        user.save(update_fields=["username", "password"])
        announce(user.pk)
    update_session_auth_hash(request, user)
    del request.session[CLAIMED]


def _knows_the_account(request: HttpRequest, user: User) -> bool:
    """Return whether this session made the account, has shown one of its credentials, or is past this step already."""
    records = get_authentication_records(request, user)
    has_shown = any(record.get("method") in CREDENTIALS for record in records)
    is_past_it = has_claimed(request, user) or request.user.pk == user.pk
    return has_shown or is_past_it or pending.is_made_by(request, user)


@transaction.atomic
def _remove_credentials(user: User) -> None:
    """Remove all credentials and sessions, and the display name if the account was never used.

    Administrators keep their second factors: a mailed code alone must not be enough to run the site, and their accounts
    are not created by sign-up.
    """
    keys = sessions.keys_of(user.pk)
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    user.set_unusable_password()
    changed: dict[str, Any] = {"display_name": ""} if user.last_login is None else {}
    for name, value in changed.items():
        setattr(user, name, value)
    user.save(update_fields=["password", *changed])
    if not user.is_staff and not user.is_superuser:
        factors.remove_all(user)
    SocialAccount.objects.filter(user=user).delete()
    sessions.end_all(user, keys)
