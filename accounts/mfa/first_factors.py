"""The first second factor of an administrator. Adding it needs a link that only the server's console shows.

Without the link, a thief of the password could add a second factor, and then run the site
(docs/decisions/0027-the-session-of-an-administrator.md).
"""

import logging
from typing import Any

from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.core import signing
from django.dispatch import receiver
from django.http import HttpRequest
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.mfa.factors import PRIMARY, has_second_factor, signed_in_with_second_factor
from accounts.models import User
from accounts.requests import address_of
from accounts.signals import account_changed
from accounts.site_url import origin

logger = logging.getLogger(__name__)

SALT = "accounts.first_factors"
LINK_AGE = 24 * 60 * 60  # seconds
ALLOWED = "may_add_first_factor"  # session key: id of the administrator who followed the link


def link(user: User) -> str:
    """Return a link that works for this user, for a day, until they have a second factor."""
    return origin() + reverse("accounts:first-factor", args=[signing.dumps(user.pk, salt=SALT)])


def is_valid(token: str, user: User) -> bool:
    try:
        signed_for = signing.loads(token, salt=SALT, max_age=LINK_AGE)
    except signing.BadSignature:
        return False
    return bool(signed_for == user.pk) and not has_second_factor(user)


def allow(request: HttpRequest) -> None:
    request.session[ALLOWED] = request.user.pk


def may_add(request: HttpRequest) -> bool:
    user = request.user
    needs_link = settings.ADMIN_SECOND_FACTOR and _is_administrator(user) and not has_second_factor(user)
    return (
        not needs_link
        or signed_in_with_second_factor(request)  # they removed their last one to replace it
        or request.session.get(ALLOWED) == user.pk
    )


class FirstFactorForm(forms.Form):
    """Form that adds a second factor. Raises ImmediateHttpResponse if that is not allowed, even before it is shown."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if not may_add(context.request):
            messages.error(context.request, how_to_add_one(context.request.user))
            raise ImmediateHttpResponse(redirect("mfa_index"))
        super().__init__(*args, **kwargs)


class ActivateAppForm(FirstFactorForm, ActivateTOTPForm):
    pass


def how_to_add_one(user: User) -> str:
    return _(
        "Administrators need a link from the server to set up two-step sign-in. "
        "Ask for “manage.py second_factor_link %(username)s”."
    ) % {"username": user.username}


@receiver(authenticator_added)
def tell_the_other_administrators(request: HttpRequest, user: User, authenticator: Authenticator, **_rest: Any) -> None:
    # No administrator gets a second factor unnoticed.
    if authenticator.type not in PRIMARY or not _is_administrator(user):
        return
    values: dict[str, Any] = {"by": user, "user": user, "how": "second factor added", "fields": []}
    account_changed.send(sender=User, address=address_of(request), **values)
    for other in User.objects.administrators().exclude(pk=user.pk).exclude(email=""):
        _mail(other, user)


def _is_administrator(user: User | AnonymousUser) -> bool:
    return User.objects.administrators().filter(pk=user.pk).exists()


def _mail(other: User, user: User) -> None:
    subject = _("An administrator set up two-step sign-in")
    values = {"name": other.name, "administrator": user, "site_name": settings.SITE_NAME}
    try:
        other.email_user(subject, render_to_string("accounts/email/administrators_factor_added.txt", values))
    except OSError as error:
        logger.warning("An administrator could not be told of a second factor: %s", error)
