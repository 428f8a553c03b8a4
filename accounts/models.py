from typing import Any, ClassVar, Self

from django.contrib.auth.models import AbstractUser
from django.contrib.auth.models import UserManager as DjangoUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.usernames import USERNAME_LENGTH, validators
from accounts.zones import ZONE_LENGTH, validate_time_zone


class UserQuerySet(models.QuerySet["User"]):
    def administrators(self) -> Self:
        """Those who run the site: staff, as Django calls them."""
        return self.filter(is_staff=True, is_active=True)


class UserManager(DjangoUserManager["User"].from_queryset(UserQuerySet)):  # type: ignore[misc]
    use_in_migrations = False

    def get_by_natural_key(self, username: str | None) -> "User":
        """Whoever has that username, in any case: signing in, the admin and the commands look people up by this."""
        return self.get(username__iexact=username)


class User(AbstractUser):
    """Somebody with an account: a username that is theirs alone, and a display name of their choice."""

    first_name = None  # type: ignore[assignment]  # how Django takes an inherited field away
    last_name = None  # type: ignore[assignment]
    username = models.CharField(
        _("username"),
        max_length=USERNAME_LENGTH,
        unique=True,
        validators=validators,
        error_messages={"unique": _("That username is taken.")},
    )
    display_name = models.CharField(_("display name"), max_length=80, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=ZONE_LENGTH, blank=True, validators=[validate_time_zone])

    objects: ClassVar[UserManager] = UserManager()

    # What the row said before a save (accounts/signals.py).
    grounds_before: dict[str, Any] | None = None

    class Meta(AbstractUser.Meta):
        constraints = [
            models.UniqueConstraint(
                Lower("username"),
                name="username_unique_in_any_case",
                violation_error_message=_("That username is taken."),
            )
        ]

    def __str__(self) -> str:
        return self.username

    @property
    def name(self) -> str:
        """What people read: the display name, or the username where none was chosen."""
        return self.display_name or self.username

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name
