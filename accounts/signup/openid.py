"""Sign-in with an account elsewhere, by OpenID Connect.

The provider's own id of the person identifies the account here, and an email address never does: users who already have
an account here connect it on their own page.
"""

import logging
from typing import Any

import requests
from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models.expressions import DatabaseDefault
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.models import User
from accounts.overload import Gate, Overloaded
from accounts.profile.display_names import check_display_name, clean_display_name
from accounts.signals import newcomer
from accounts.signup import pending
from accounts.signup.usernames import as_if_later
from accounts.usernames.rules import derive_username

RETRY_SECONDS = 5

# A slow or silent provider holds up no more threads than these.
asking = Gate("questions to providers", at_once=8, waiting=16, seconds=3)

logger = logging.getLogger(__name__)


class OpenIdAdapter(DefaultSocialAccountAdapter):
    def get_requests_session(self) -> requests.Session:
        return Session(self.request)

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, error: Any = None, exception: Any = None, extra_context: Any = None
    ) -> None:
        logger.warning("Signing in with %s failed: %s", provider.name, exception or error)

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        # The userinfo must be about the person in the ID token (OpenID Connect Core, 5.3.2).
        said = sociallogin.account.extra_data
        named = {claims.get("sub") for claims in (said.get("userinfo"), said.get("id_token")) if claims}
        if len(named) > 1:
            logger.warning("%s told of another person than it vouched for.", sociallogin.provider.name)
            raise ImmediateHttpResponse(failed(request))

    def new_user(self, request: HttpRequest, sociallogin: SocialLogin) -> User:
        # Fills in the database's defaults: allauth keeps the user in the session while they choose a username.
        user: User = super().new_user(request, sociallogin)
        for field in User._meta.concrete_fields:
            if isinstance(getattr(user, field.attname), DatabaseDefault):
                setattr(user, field.attname, field.db_default)
        return user

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]) -> User:
        # Only the value True means verified: some providers send "false", and a string counts as true.
        for address in sociallogin.email_addresses:
            address.verified = address.verified is True
        user: User = super().populate_user(request, sociallogin, data)
        longest = User._meta.get_field("display_name").max_length
        user.display_name = clean_display_name(str(data.get("name") or ""))[:longest]
        return user

    def is_auto_signup_allowed(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        # No form is shown if the provider supplied all that an account needs.
        adapter = get_account_adapter()
        user = sociallogin.user
        try:
            adapter.clean_username(user.username)
        except ValidationError:
            return False
        if not user.email or not adapter.may_sign_up(user.email):
            return False
        is_proved = any(each.verified and each.email == user.email for each in sociallogin.email_addresses)
        pending.make_way(user.email, is_proved=is_proved)
        return True

    def get_signup_form_initial_data(self, sociallogin: SocialLogin) -> dict[str, Any]:
        # Suggests a free username that is close to the provider's.
        initial: dict[str, Any] = super().get_signup_form_initial_data(sociallogin)
        nickname = initial["username"] or sociallogin.user.display_name or initial["email"]
        return initial | {"username": derive_username(nickname.partition("@")[0], is_refused)}

    @transaction.atomic
    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: Any = None) -> User:
        user: User = sociallogin.user
        user.display_name = _own_name(user.display_name)
        if form:  # the account adapter creates the account from it, and checks the policy
            address = form.cleaned_data["email"]
            # An address other than the provider's replaces it, and has to be confirmed.
            sociallogin.email_addresses = [each for each in sociallogin.email_addresses if each.email == address]
            user = super().save_user(request, sociallogin, form)
        else:
            user = self._make(request, sociallogin)
        if user.awaits_code and EmailAddress.objects.filter(user=user, verified=True).exists():
            newcomer.send(sender=User, user=user)
        return user

    def _make(self, request: HttpRequest, sociallogin: SocialLogin) -> User:
        made = sociallogin.user
        made.awaits_code = settings.ACCOUNT_EMAIL_VERIFICATION == "mandatory"
        with as_if_later(request, made.username), get_account_adapter().making_an_account(request, made):
            user: User = super().save_user(request, sociallogin)
        pending.note(request, user)
        return user


def _own_name(name: str) -> str:
    try:
        check_display_name(name)
    except ValidationError:
        return ""
    return name


class Session(requests.Session):
    """HTTP session with a provider. If the provider is unreachable or answers nonsense, the page says so."""

    def __init__(self, asked_by: HttpRequest) -> None:
        super().__init__()
        self.asked_by = asked_by
        self.hooks["response"] = [check]

    def request(self, *args: Any, **options: Any) -> requests.Response:
        try:
            with asking.entered():
                return super().request(*args, **{"timeout": settings.SOCIALACCOUNT_REQUESTS_TIMEOUT, **options})
        except requests.RequestException as error:
            logger.warning("A provider does not answer: %s", error)
            raise ImmediateHttpResponse(failed(self.asked_by)) from error
        except Overloaded as error:
            raise ImmediateHttpResponse(failed(self.asked_by, error.retry_after)) from error


def check(response: requests.Response, *_args: Any, **_options: Any) -> None:
    # A provider answers every request in JSON.
    response.raise_for_status()
    response.json()


def failed(request: HttpRequest, retry_after: int = RETRY_SECONDS) -> HttpResponse:
    response = render(request, "socialaccount/authentication_error.html", status=503)
    response["Retry-After"] = str(retry_after)
    return response


def is_refused(username: str) -> bool:
    try:
        get_account_adapter().clean_username(username)
    except ValidationError:
        return True
    return False
