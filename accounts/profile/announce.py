"""What somebody changes of their profile."""

from django.db import transaction

from accounts.models import User
from accounts.signals import profile_changed


@transaction.atomic
def change(user: User, *, display_name: str, time_zone: str, theme: str) -> None:
    """Store what was cleaned by the form; a new name is told to those who see it. Nothing, of a deleted account."""
    stored = User.objects.select_for_update(no_key=True).filter(pk=user.pk, deleted_at=None).first()
    if stored is None:
        return
    is_renamed = stored.display_name != display_name
    stored.display_name, stored.time_zone, stored.theme = display_name, time_zone, theme
    stored.save(update_fields=["display_name", "time_zone", "theme"])
    if is_renamed:
        announce(user.pk)


def announce(user_id: int) -> None:
    """After the commit, say that others see something else of them now."""
    transaction.on_commit(lambda: _announce(user_id), robust=True)


def _announce(user_id: int) -> None:
    profile_changed.send(sender=User, user=User.objects.get(pk=user_id))
