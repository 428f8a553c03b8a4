"""What allauth asks about accounts: who may have one, and what their mails and pages say."""

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

# Each waits for the mail server, which is cut off after settings.MAIL_SECONDS.
mailing = Gate("mails to send", at_once=8, waiting=16, seconds=5)

INACTIVE = "inactive_account"  # in the session of whoever could not sign in


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
        """Whether there is a form at all. Where the domain decides, its address is looked at afterwards."""
        return settings.SIGNUP != "invitation" or invitations.followed(request) is not None

    def may_sign_up(self, email: str) -> bool:
        """Whether an account may be made for that address, as far as can be told before it is."""
        return _is_open_to(email) or invitations.admits(self.request, email)

    def clean_email(self, email: str) -> str:
        if not domain_of(email):
            raise ValidationError(EmailValidator.message, code=EmailValidator.code)
        cleaned: str = super().clean_email(email)
        return cleaned

    @contextmanager
    def making_an_account(self, request: HttpRequest, made: User) -> Iterator[None]:
        """The transaction in which one is made, by whatever way: it decides whether it may be."""
        with transaction.atomic():
            made.invitation = invitations.use(request, made.email)
            if made.invitation is None and not _is_open_to(made.email):
                raise ImmediateHttpResponse(render(request, "account/signup_closed.html", status=403))
            yield

    def save_user(self, request: HttpRequest, user: User, form: BaseForm, commit: bool = True) -> User:
        """The password is hashed before the transaction, which would keep everybody else from writing meanwhile."""
        made: User = super().save_user(request, user, form, commit=False)
        made.awaits_code = settings.ACCOUNT_EMAIL_VERIFICATION == "mandatory"
        if commit:
            with as_if_later(request, made.username), self.making_an_account(request, made):
                made.save()
            pending.note(request, made)
        return made

    def send_account_already_exists_mail(self, email: str) -> None:
        """Takes as long as it does to make an account, most of which is the password."""
        User().set_password(self.generate_login_code())
        super().send_account_already_exists_mail(email)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a mail, and tell the user where the mail server does not take it or it is one too many."""
        if not self._is_notice and not rate_limits.may_mail(self.request, email):
            raise ImmediateHttpResponse(respond_429(self.request))
        # No 5xx: Django keeps no session then, and who starts again would find their own username taken.
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
        """Every mail to the address of an account is made here. Raises OSError for an address that nothing reaches."""
        return super().render_mail(template_prefix, deliverable(email), *args, **options)

    def deliver(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Raises OSError where the mail server does not take it, and Overloaded where too many wait for it."""
        context = {"site_name": settings.SITE_NAME, "site_url": origin(), **context}
        with mailing.entered():
            super().send_mail(template_prefix, email, context)

    def send_notification_mail(self, *args: Any, **options: Any) -> None:
        """Send a notice of a change that is done, whether or not the mail server takes it. No limit keeps it back."""
        self._is_notice = True
        with suppress(ImmediateHttpResponse):
            super().send_notification_mail(*args, **options)

    def post_login(self, request: HttpRequest, user: User, **options: Any) -> HttpResponse:
        """Lead the owner of an address, who took the account over, to a new username and password first."""
        response: HttpResponse = super().post_login(request, user, **options)
        return redirect("accounts:claim") if email_proof.has_claimed(request, user) else response

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        """Check credentials. A try that could not be checked for now does not count as a wrong one."""
        try:
            return super().authenticate(request, **credentials)
        except (Overloaded, DatabaseError):
            self._rollback_login_failed_rl_usage()
            raise

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        """Whoever knows the password of an account that is not active is told why."""
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
    """Return the name that tries are counted by, in one form: else each way to write it would have tries of its own."""
    return folded(credentials.get("email") or credentials.get("username") or "")


def _is_open_to(email: str) -> bool:
    """Whether the site is open to whoever has that address, without an invitation."""
    if settings.SIGNUP == "domains":
        return domain_of(email) in settings.SIGNUP_DOMAINS
    return bool(settings.SIGNUP == "open")
