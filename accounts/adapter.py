"""Account adapter for allauth: sign-up policy, email delivery and limits on sign-in attempts."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.ratelimit import respond_429
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.db import DatabaseError, transaction
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from accounts import rate_limits
from accounts.models import User
from accounts.overload import Gate, Overloaded
from accounts.signup import email_proof, invitations, pending
from accounts.signup.email_domains import deliverable, domain_of
from accounts.signup.usernames import Naming, as_if_later
from accounts.site_url import origin
from accounts.usernames.rules import folded

logger = logging.getLogger(__name__)

# Each email waits for the mail server. Each step of that times out after settings.MAIL_SECONDS.
mailing = Gate("mails to send", at_once=8, waiting=16, seconds=5)

INACTIVE = "inactive_account"  # session key: id of the inactive account that the user tried to sign in to


class Adapter(Naming):
    error_messages = DefaultAccountAdapter.error_messages | {
        "address_not_allowed": _("This address can’t be used to sign up."),
        "email_password_mismatch": _("Wrong email address or password."),
        "email_taken": _("There is already an account with this address."),
        "incorrect_code": _("Wrong code. Use the newest email."),
        "rate_limited": _("Too many attempts. Wait a minute and try again."),
        "too_many_login_attempts": _("Too many attempts. Wait a few minutes and try again."),
        "username_password_mismatch": _("Wrong username or password."),
    }

    _is_notice = False

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        # With "domains", every visitor gets the form: `may_sign_up` checks the address that they enter.
        return settings.SIGNUP != "invitation" or invitations.followed(request) is not None

    def may_sign_up(self, email: str) -> bool:
        """Return whether this address may sign up, as far as is known now. `making_an_account` decides."""
        return _is_open_to(email) or invitations.admits(self.request, email)

    def clean_email(self, email: str) -> str:
        if not domain_of(email):
            raise ValidationError(EmailValidator.message, code=EmailValidator.code)
        cleaned: str = super().clean_email(email)
        return cleaned

    @contextmanager
    def making_an_account(self, request: HttpRequest, made: User) -> Iterator[None]:
        """Open the transaction that creates an account. Raises ImmediateHttpResponse if the policy refuses it."""
        with transaction.atomic():
            made.invitation = invitations.use(request, made.email)
            if made.invitation is None and not _is_open_to(made.email):
                raise ImmediateHttpResponse(render(request, "account/signup_closed.html", status=403))
            yield

    def save_user(self, request: HttpRequest, user: User, form: BaseForm, commit: bool = True) -> User:
        # Hashes the password before the transaction: inside it, hashing would block all other writers.
        made: User = super().save_user(request, user, form, commit=False)
        made.awaits_code = settings.ACCOUNT_EMAIL_VERIFICATION == "mandatory"
        if commit:
            with as_if_later(request, made.username), self.making_an_account(request, made):
                made.save()
            pending.note(request, made)
        return made

    def send_account_already_exists_mail(self, email: str) -> None:
        # Takes as long as creating an account, which is mostly hashing the password.
        User().set_password(self.generate_login_code())
        super().send_account_already_exists_mail(email)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send an email. Show an error page if the mail server refuses it or a rate limit is reached."""
        if not self._is_notice and not rate_limits.may_mail(self.request, email):
            raise ImmediateHttpResponse(respond_429(self.request))
        # No 5xx status: Django would not save the session, and a user who starts again would find their own
        # username taken.
        try:
            self.deliver(template_prefix, email, context)
        except OSError as error:
            logger.exception("A mail could not be sent.")
            raise ImmediateHttpResponse(render(self.request, "account/mail_failed.html", status=424)) from error
        except Overloaded as error:
            response = render(self.request, "account/mail_failed.html", status=429)
            response["Retry-After"] = str(error.retry_after)
            raise ImmediateHttpResponse(response) from error

    def render_mail(self, template_prefix: str, email: str, *args: Any, **options: Any) -> Any:
        # All email to accounts passes here. Raises OSError for an undeliverable address.
        return super().render_mail(template_prefix, deliverable(email), *args, **options)

    def deliver(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send an email. Raises OSError if the mail server refuses it, Overloaded if too many threads wait for it."""
        context = {"site_name": settings.SITE_NAME, "site_url": origin(), **context}
        with mailing.entered():
            super().send_mail(template_prefix, email, context)

    def send_notification_mail(self, *args: Any, **options: Any) -> None:
        # The change was made, so no rate limit applies, and a failure is ignored.
        self._is_notice = True
        with suppress(ImmediateHttpResponse):
            super().send_notification_mail(*args, **options)

    def post_login(self, request: HttpRequest, user: User, **options: Any) -> HttpResponse:
        # A user who took over their account chooses a new username and password first.
        response: HttpResponse = super().post_login(request, user, **options)
        return redirect("accounts:claim") if email_proof.has_claimed(request, user) else response

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        # An attempt that could not be checked does not count as failed.
        try:
            return super().authenticate(request, **credentials)
        except (Overloaded, DatabaseError):
            self._rollback_login_failed_rl_usage()
            raise

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        # The user knows the password, so the next page may explain why the account is inactive.
        request.session[INACTIVE] = user.pk
        response: HttpResponse = super().respond_user_inactive(request, user)
        return response

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        self._login_failed_rl_usage = rate_limits.take_sign_in(request, _login_of(credentials))
        if not self._login_failed_rl_usage:
            raise self.validation_error("too_many_login_attempts")

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        return rate_limits.name_and_network(request, _login_of(credentials))


def _login_of(credentials: dict[str, Any]) -> str:
    # All spellings of a login share one counter of attempts.
    return folded(credentials.get("email") or credentials.get("username") or "")


def _is_open_to(email: str) -> bool:
    if settings.SIGNUP == "domains":
        return domain_of(email) in settings.SIGNUP_DOMAINS
    return bool(settings.SIGNUP == "open")
