"""Creation of the first administrator, with a link that only the server's console shows.

The link is valid for a day, and only while there is no administrator.
"""

import secrets

from allauth.account.models import EmailAddress
from django.contrib.contenttypes.models import ContentType
from django.core import signing
from django.db import transaction
from django.urls import reverse

from accounts.forms import SetupForm
from accounts.models import User
from accounts.site_url import origin

SALT = "accounts.setup"
LINK_AGE = 24 * 60 * 60  # seconds


class AlreadySetUp(Exception):
    """Refusal to create a first administrator: there is one already."""


def wanted() -> bool:
    return not User.objects.filter(is_superuser=True).exists()


def link() -> str:
    token = signing.dumps(secrets.token_urlsafe(16), salt=SALT)
    return origin() + reverse("accounts:setup", args=[token])


def is_valid(token: str) -> bool:
    try:
        signing.loads(token, salt=SALT, max_age=LINK_AGE)
    except signing.BadSignature:
        return False
    return wanted()


@transaction.atomic
def make_administrator(form: SetupForm) -> User:
    # Two concurrent requests lock the same row, so one of them wins. Any row that always exists would do.
    ContentType.objects.select_for_update().get(app_label="accounts", model="user")
    if not wanted():
        raise AlreadySetUp
    administrator = form.save()
    # A person who sees the console is trusted to know their own address: there may be no mail server yet.
    EmailAddress.objects.create(user=administrator, email=administrator.email, verified=True, primary=True)
    return administrator
