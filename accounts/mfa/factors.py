"""Second factors: checks, removal, and the adapter for allauth.

A second factor is a passkey or an authenticator app; recovery codes stand in for either. The secrets of authenticator
apps and recovery codes are stored encrypted: a reader of the database alone cannot generate codes.
"""

from base64 import urlsafe_b64encode
from collections.abc import Mapping
from functools import partial
from types import SimpleNamespace
from typing import Any, cast

from allauth.account.authentication import get_authentication_records
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.base import SessionBase
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.transaction import on_commit
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User

PURPOSE = "accounts.factors"  # the encryption key has no other use
ENCRYPTED = ("secret", "seed", "migrated_codes")  # in allauth's data of authenticator apps and recovery codes
PRIMARY = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def has_second_factor(user: User | AnonymousUser) -> bool:
    """Return whether the user has an authenticator app or a passkey. Recovery codes alone do not count."""
    return user.is_authenticated and Authenticator.objects.filter(user_id=user.pk, type__in=PRIMARY).exists()


def signed_in_with_second_factor(request: HttpRequest) -> bool:
    """Return whether this session has shown a second factor or a recovery code, at sign-in or when asked again."""
    return request.user.is_authenticated and has_shown_factor(request.session, request.user.pk)


def has_shown_factor(session: Mapping[str, Any] | SessionBase, user_id: int | None) -> bool:
    """Return whether allauth's records in the session say that this user has shown a second factor."""
    request = cast(HttpRequest, SimpleNamespace(session=session))
    return any(record.get("method") == "mfa" for record in get_authentication_records(request, User(pk=user_id)))


def remove_all(user: User) -> bool:
    """Remove all second factors and recovery codes, and email the user. Return whether there were any.

    Runs in the caller's transaction.
    """
    removed, _models = Authenticator.objects.filter(user=user).delete()
    if removed:
        on_commit(partial(_tell_of_removal, user), robust=True)
    return bool(removed)


def _tell_of_removal(user: User) -> None:
    if user.email:
        subject = gettext("Your two-step sign-in was reset")
        values = {"name": user.name, "site_name": settings.SITE_NAME}
        user.email_user(subject, render_to_string("accounts/email/second_factor_removed.txt", values))


class Unreadable(ImmediateHttpResponse, ValidationError):
    """A secret that was stored under another secret key.

    A form shows it as an error. Any other page redirects to the list of second factors.
    """

    def __init__(self) -> None:
        ValidationError.__init__(
            self,
            _(
                "The site’s secret key has changed, so authenticator apps and recovery codes no longer work. "
                "Sign in with a passkey, or ask an administrator to reset your two-step sign-in."
            ),
            code="unreadable",
        )

    @property
    def response(self) -> HttpResponse:
        text = _("The site’s secret key has changed, so these codes no longer work. Create new ones.")
        messages.error(context.request, text)
        return redirect("mfa_index")


class Adapter(DefaultMFAAdapter):
    """Adapter of allauth for second factors."""

    def encrypt(self, text: str) -> str:
        return _locks().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        try:
            return _locks().decrypt(encrypted_text.encode()).decode()
        except InvalidToken as error:
            raise Unreadable from error

    def get_totp_label(self, user: User) -> str:
        return user.username

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        # allauth names the host of the request: a passkey works only on the host it was created on.
        entity: dict[str, str] = super().get_public_key_credential_rp_entity()
        return entity | {"name": settings.SITE_NAME}

    def get_public_key_credential_user_entity(self, user: User) -> dict[str, Any]:
        entity: dict[str, Any] = super().get_public_key_credential_user_entity(user)
        return entity | {"name": user.username, "display_name": user.name}

    def generate_authenticator_name(self, user: User, type: str) -> str:
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return gettext("Passkey") if number == 1 else gettext("Passkey %(number)d") % {"number": number}


@transaction.atomic
def encrypt_again() -> int:
    """Encrypt all secrets with the current secret key. Return how many second factors no known key can read."""
    unreadable = 0
    for factor in Authenticator.objects.select_for_update().filter(data__has_any_keys=ENCRYPTED):
        try:
            factor.data |= {name: _rotated(factor.data[name]) for name in ENCRYPTED if name in factor.data}
        except InvalidToken:
            unreadable += 1
        else:
            factor.save(update_fields=["data"])
    return unreadable


def _rotated(encrypted: str | list[str]) -> str | list[str]:
    if isinstance(encrypted, list):
        return [str(_rotated(each)) for each in encrypted]
    return _locks().rotate(encrypted).decode()


def _locks() -> MultiFernet:
    # The first key encrypts. The others read secrets from before the secret key changed.
    return MultiFernet([_lock(secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _lock(secret: str | bytes) -> Fernet:
    return Fernet(urlsafe_b64encode(salted_hmac(PURPOSE, "key", secret=secret, algorithm="sha256").digest()))
