"""Signals about sessions and accounts. Code that holds a connection open for a session listens, and closes it.

`newcomer(user)`: a new account is ready to be used. If its address has to be confirmed, sent once it is.
`session_ended(user_id, session_key)`: a session has ended, in any way. Sent after the commit
(accounts/sessions/sessions.py).
`signed_out_everywhere(user_id)`: all sessions of a user have become void, because the account was deactivated or
deleted, or its password changed, by a page, the admin or a command. Sent after the commit.
`account_changed(by, user, how, fields, address)`: in the admin, `by` has `added`, `changed` or `deleted` an account;
`fields` names the fields that changed. Sent in the same transaction.
`profile_changed(user)`: a user's visible name or picture has changed. Sent after the commit.
`account_deleted(user, address, by)`: an account is being deleted, by its user or in the admin. Sent in the same
transaction, while the account still has its personal data.
"""

from functools import partial
from typing import Any

from allauth.account.models import EmailAddress
from allauth.account.signals import email_confirmed
from django.db.models.signals import post_delete, post_save, pre_save
from django.db.transaction import on_commit
from django.dispatch import Signal, receiver

from accounts.models import User

newcomer = Signal()
session_ended = Signal()
signed_out_everywhere = Signal()
account_changed = Signal()
profile_changed = Signal()
account_deleted = Signal()

# Fields that sessions depend on: Django derives a session's hash from the password.
GROUNDS = ("password", "is_active")


@receiver(post_save, sender=User)
def announce_a_new_account(instance: User, created: bool, raw: bool, **_: Any) -> None:
    if created and not raw and not instance.awaits_code:  # accounts loaded from a fixture are not new
        newcomer.send(sender=User, user=instance)


@receiver(email_confirmed)
def announce_who_came_by_a_code(email_address: EmailAddress, **_: Any) -> None:
    if email_address.user.last_login is None:
        newcomer.send(sender=User, user=email_address.user)


@receiver(pre_save, sender=User)
def remember_the_grounds(instance: User, update_fields: frozenset[str] | None, **_: Any) -> None:
    saved = GROUNDS if update_fields is None else update_fields.intersection(GROUNDS)
    instance.grounds_before = User.objects.filter(pk=instance.pk).values(*saved).first() if saved else None


@receiver(post_save, sender=User)
def announce_changed_grounds(instance: User, **_: Any) -> None:
    before = instance.grounds_before or {}
    if any(getattr(instance, name) != value for name, value in before.items()):
        announce_sign_out_everywhere(instance.pk)


@receiver(post_delete, sender=User)
def announce_a_deleted_account(instance: User, **_: Any) -> None:
    announce_sign_out_everywhere(instance.pk)


def announce_sign_out_everywhere(user_id: int) -> None:
    on_commit(partial(signed_out_everywhere.send, sender=User, user_id=user_id))
