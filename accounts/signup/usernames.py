"""Usernames at sign-up: the adapter's checks, and the race of two users for the same name."""

from collections.abc import Iterator
from contextlib import contextmanager

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.urls import resolve

from accounts.models import User
from accounts.usernames.rules import RESERVED, TAKEN, derive_username, is_reserved, normalized, validate_username


class Naming(DefaultAccountAdapter):
    def clean_username(self, username: str, shallow: bool = False) -> str:
        """Return the normalised username, or raise ValidationError. With `shallow`, skip the database."""
        username = normalized(username)
        validate_username(username)
        if is_reserved(username):
            raise ValidationError(RESERVED)
        if not shallow and is_taken(username):
            raise ValidationError(TAKEN)
        return username

    def generate_unique_username(self, txts: list[str | None], regex: str | None = None) -> str:
        # Used for people who come from a provider and chose no username.
        wanted = next(text for text in txts if text)
        return derive_username(wanted.partition("@")[0], lambda name: is_reserved(name) or is_taken(name))


def is_taken(username: str) -> bool:
    return User.objects.alike(username).exists()


@contextmanager
def as_if_later(request: HttpRequest, username: str) -> Iterator[None]:
    """Answer the loser of a race for a username as if they had come a moment later."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if not is_taken(username):
            raise
        view = resolve(request.path_info)
        raise ImmediateHttpResponse(view.func(request, *view.args, **view.kwargs)) from error
