"""Deletion of an account: the row stays, without personal data, because it is the author of messages."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.profile import pictures
from accounts.profile.announce import announce
from accounts.sessions import sessions
from accounts.signals import account_deleted

MAIL = "accounts/profile/email/account_deleted"


def delete(account: User, address: str, by: User | None = None) -> None:
    """Delete the account.

    `by` is the administrator who does it, or None if the user does. `address` is the network address of either.
    Raises ValidationError for the last administrator, and for an account that is already deleted.
    """
    keys = sessions.keys_of(account.pk)  # before the transaction, which keeps others waiting
    with transaction.atomic():
        user = _locked(account)
        check_may_go(user)
        account_deleted.send(sender=User, user=user, address=address, by=by or user)
        if user.email:
            email, names = user.email, {"name": user.name, "username": user.username}
            transaction.on_commit(lambda: _tell(email, names), robust=True)
        for what in (EmailAddress, Authenticator, SocialAccount):
            what.objects.filter(user=user).delete()
        sessions.end_all(user, keys)
        pictures.discard(user.picture)
        _make_anonymous(user)
        announce(user.pk)


def check_may_go(user: User) -> None:
    if user.deleted_at is not None:
        raise ValidationError(_("This account was deleted."))
    if is_last_administrator(user):
        raise ValidationError(_("You’re the last administrator. Make someone else an administrator first."))


def is_last_administrator(user: User) -> bool:
    others = User.objects.administrators().exclude(pk=user.pk)
    return user.is_active and (
        (user.is_superuser and not others.filter(is_superuser=True).exists()) or (user.is_staff and not others.exists())
    )


def _locked(account: User) -> User:
    # Locks all administrators as well: if the last two delete their accounts at the same time, one stays.
    concerned = User.objects.administrators() | User.objects.filter(pk=account.pk)
    locked = {user.pk: user for user in concerned.select_for_update(no_key=True).order_by("pk")}
    return locked[account.pk]


def _make_anonymous(user: User) -> None:
    bare: dict[str, Any] = {
        **dict.fromkeys(("display_name", "email", "picture", "time_zone", "theme"), ""),
        **dict.fromkeys(("is_active", "is_staff", "is_superuser"), False),
        "username": username_of(user.pk),
        "last_login": None,
        "invitation": None,
        "deleted_at": timezone.now(),
    }
    for name, value in bare.items():
        setattr(user, name, value)
    user.set_unusable_password()
    user.save()
    user.groups.clear()
    user.user_permissions.clear()


def username_of(deleted: int) -> str:
    # Sign-up refuses such names.
    return f"deleted-{deleted}"


def _tell(email: str, names: dict[str, str]) -> None:
    get_adapter().render_mail(MAIL, email, names | {"site_name": settings.SITE_NAME}).send()
