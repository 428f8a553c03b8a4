"""Backfill of the columns derived from a username, for accounts that a server of an older release stored.

Such a server may still run after the database was migrated. It does not know these columns, so they get a default that
is no name (accounts/migrations/0006_names_of_running_servers.py).
"""

import logging

from django.db import IntegrityError, transaction

from accounts.models import User
from accounts.usernames.confusables import skeleton

UNFILLED = "?"  # no username contains it

logger = logging.getLogger(__name__)


def is_needed() -> bool:
    return User.objects.filter(folded__startswith=UNFILLED).exists() or User.objects.filter(search_key=None).exists()


def fill_in_names() -> int:
    """Fill in the columns, and return for how many accounts. A look-alike keeps its name, as in migration 0004."""
    return sum(map(_fill_in, User.objects.filter(folded__startswith=UNFILLED)))


def _fill_in(user: User) -> bool:
    looks = skeleton(user.username)
    is_taken = User.objects.filter(skeleton=looks).exclude(pk=user.pk).exists()
    user.skeleton = f"{looks} {user.pk}" if is_taken else looks
    try:
        with transaction.atomic():
            user.save(update_fields=["username"])  # and the columns derived from it
    except IntegrityError:
        logger.warning("The username %r of the account %d is another's: give it another name.", user.username, user.pk)
        return False
    return True
