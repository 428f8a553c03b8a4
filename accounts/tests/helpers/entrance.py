"""Helpers that sign up, sign in and confirm an address with Django's test client."""

from django.core import mail
from django.test import Client
from django.urls import reverse

from testing.mailbox import code_in

PASSWORD = "gulls on the dyke"


def sign_up(client: Client, username: str, email: str, password: str = PASSWORD) -> list[str]:
    """Return the errors of the form; none if the sign-up was accepted."""
    form = {"username": username, "email": email, "password1": password, "password2": password}
    response = client.post(reverse("account_signup"), form)
    if response.status_code == 302:
        return []
    return [mistake for mistakes in response.context["form"].errors.values() for mistake in mistakes]


def sign_in(client: Client, login: str, password: str = "") -> bool:
    """Sign in, and return whether it worked. The default password is the one that `make_person` sets."""
    client.post(reverse("account_login"), {"login": login, "password": password or f"{login}'s password"})
    return is_signed_in(client)


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def mailed_code() -> str:
    """Return the code in the latest email."""
    return code_in(str(mail.outbox[-1].body))


def confirm(client: Client, code: str) -> bool:
    client.post(reverse("account_email_verification_sent"), {"code": code})
    return is_signed_in(client)


def mailed_to() -> list[list[str]]:
    return [message.to for message in mail.outbox]
