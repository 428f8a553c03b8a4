"""Profile changes, and their announcement to other users."""

from django.db import transaction

from accounts.models import User
from accounts.signals import profile_changed


@transaction.atomic
def change(user: User, *, display_name: str, time_zone: str, theme: str) -> None:
    """Store a cleaned profile, and announce a new name. Do nothing if the account was deleted."""
    stored = User.objects.select_for_update(no_key=True).filter(pk=user.pk, deleted_at=None).first()
    if stored is None:
        return
    is_renamed = stored.display_name != display_name
    stored.display_name, stored.time_zone, stored.theme = display_name, time_zone, theme
    stored.save(update_fields=["display_name", "time_zone", "theme"])
    if is_renamed:
        announce(user.pk)


def announce(user_id: int) -> None:
    transaction.on_commit(lambda: _announce(user_id), robust=True)


def _announce(user_id: int) -> None:
    profile_changed.send(sender=User, user=User.objects.get(pk=user_id))
