from collections.abc import Collection, Iterable
from typing import Any, ClassVar, Self

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.models import AbstractUser
from django.contrib.auth.models import UserManager as DjangoUserManager
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.db import models, transaction
from django.db.models.functions import Lower
from django.dispatch import Signal
from django.urls import reverse
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from accounts.signup.email_domains import deliverable
from accounts.signup.invite_links import InviteLink
from accounts.time_zones import ZONE_LENGTH, validate_time_zone
from accounts.usernames.confusables import LONGEST, skeleton
from accounts.usernames.fields import FoldedField, SearchKeyField, SkeletonField
from accounts.usernames.rules import FOLDED_LENGTH, TAKEN, USERNAME_LENGTH, folded, validators
from accounts.usernames.search_keys import beginning, search_key

# Sent with `user` when their password was rehashed at other costs, in the same transaction.
password_rehashed = Signal()

BATCH = 500  # search keys
NAMES = {"username", "display_name"}
DELETED_USER = gettext_noop("Deleted user")


def name_begins(text: str, user: str = "") -> models.Q:
    """Return the condition that a username, or a word of a display name, begins with `text`.

    `user` is the path to the user, such as `user__`.
    """
    return models.Q(**{f"{user}search_key__contains": beginning(text)}) if beginning(text) else models.Q()


class UserQuerySet(models.QuerySet["User"]):
    def administrators(self) -> Self:
        return self.filter(is_staff=True, is_active=True)

    def reachable(self) -> Self:
        """Return users who can be found, messaged and added to rooms.

        This leaves out inactive users, and those who have yet to confirm an address.
        """
        return self.filter(is_active=True).exclude(last_login=None, emailaddress__verified=False)

    def unconfirmed(self) -> Self:
        """Return accounts from sign-up with an address that was never verified.

        Only sign-up makes an address primary before it is verified. Accounts that administrators or commands create
        have no such address.
        """
        waiting = self.filter(emailaddress__primary=True, emailaddress__verified=False, last_login=None)
        ours = waiting.filter(is_active=True, is_staff=False, is_superuser=False, deleted_at=None)
        return ours.exclude(emailaddress__verified=True)

    def called(self, username: str) -> Self:
        """Return the user with this username, in any case and in any Unicode form."""
        return self.filter(folded=folded(username))

    def whose_name_begins(self, text: str) -> Self:
        return self.filter(name_begins(text))

    def update(self, **values: Any) -> int:
        """Update rows, and their search keys if a name changes."""
        if not NAMES & values.keys():
            return super().update(**values)
        with transaction.atomic():
            renamed = list(self.values_list("pk", flat=True))
            count = super().update(**values, search_key=None)
            while User.objects.filter(pk__in=renamed).fill_in_search_keys():
                pass
        return count

    def fill_in_search_keys(self) -> int:
        """Fill in a batch of missing search keys. Return how many."""
        batch = list(self.filter(search_key=None).only("username", "display_name")[:BATCH])
        for user in batch:
            user.search_key = search_key(user.username, user.display_name)
        User.objects.bulk_update(batch, ["search_key"])
        return len(batch)

    def alike(self, username: str) -> Self:
        """Return users with this username or a look-alike."""
        return self.filter(models.Q(folded=folded(username)) | models.Q(skeleton=skeleton(username)))


class UserManager(DjangoUserManager["User"].from_queryset(UserQuerySet)):  # type: ignore[misc]
    use_in_migrations = False

    def get_by_natural_key(self, username: str | None) -> "User":
        # Ignores case: sign-in, the admin and the commands look users up by this method.
        return self.called(username or "").get()

    def create_superuser(self, username: str, *args: Any, **kwargs: Any) -> "User":
        # The command prints a ValidationError in one line.
        if self.alike(username).exists():
            raise ValidationError(TAKEN)
        return super().create_superuser(username, *args, **kwargs)


class User(AbstractUser):
    """An account, with a unique username and a display name of the user's choice.

    The row of a deleted account stays, without personal data, because it is the author of messages.
    """

    class Theme(models.TextChoices):
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    first_name = None  # type: ignore[assignment]  # removes the inherited field
    last_name = None  # type: ignore[assignment]
    username = models.CharField(
        _("username"),
        max_length=USERNAME_LENGTH,
        unique=True,
        validators=validators,
        error_messages={"unique": TAKEN},
    )
    # Derived from the username on every save (accounts/usernames/fields.py).
    folded = FoldedField(max_length=FOLDED_LENGTH, unique=True, editable=False)
    skeleton = SkeletonField(max_length=LONGEST * USERNAME_LENGTH + 20, unique=True, editable=False)
    display_name = models.CharField(_("display name"), max_length=80, blank=True)
    search_key = SearchKeyField("username", "display_name")
    time_zone = models.CharField(_("time zone"), max_length=ZONE_LENGTH, blank=True, validators=[validate_time_zone])
    # Empty: the device's theme.
    theme = models.CharField(_("theme"), max_length=5, choices=Theme.choices, blank=True, db_default="")
    # The name of the picture's file; empty without a picture.
    picture = models.CharField(_("picture"), max_length=64, blank=True, editable=False, db_default="")
    # The invitation used at sign-up.
    invitation = models.ForeignKey(
        "Invitation", on_delete=models.SET_NULL, null=True, editable=False, related_name="+", db_index=False
    )
    deleted_at = models.DateTimeField(_("deleted"), null=True, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    # Values in the row before a save (accounts/signals.py).
    grounds_before: dict[str, Any] | None = None
    # True while the account is being created, if its address has yet to be confirmed.
    awaits_code = False
    # The session hash from before `check_password` rehashed the password.
    replaced_session_hash = ""

    class Meta(AbstractUser.Meta):
        constraints = [
            models.UniqueConstraint(
                Lower("username"),
                name="username_unique_in_any_case",
                violation_error_message=_("That username is taken."),
            )
        ]
        indexes = [models.Index(fields=["id"], condition=models.Q(search_key=None), name="user_without_search_key")]

    def __str__(self) -> str:
        return self.username

    def validate_unique(self, exclude: Collection[str] | None = None) -> None:
        super().validate_unique(exclude)
        is_theirs = self.skeleton.partition(" ")[0] == skeleton(self.username)
        if "username" in (exclude or ()) or is_theirs:
            return
        if User.objects.alike(self.username).exclude(pk=self.pk).exists():
            raise ValidationError({"username": TAKEN})

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        if update_fields is not None and "username" in update_fields:
            update_fields = {*update_fields, "folded", "skeleton"}
        if update_fields is not None and NAMES & set(update_fields):
            update_fields = {*update_fields, "search_key"}
        super().save(*args, update_fields=update_fields, **kwargs)

    def check_password(self, raw_password: str | None) -> bool:
        """Check the password. Rehash it if its costs are not today's; sessions stay in force."""
        return check_password(raw_password, self.password, self._rehash)

    def _rehash(self, raw_password: str) -> None:
        former, session_hash = self.password, self.get_session_auth_hash()
        renewed = make_password(raw_password)
        with transaction.atomic():
            if not User.objects.filter(pk=self.pk, password=former).update(password=renewed):
                return  # the password was changed meanwhile
            self.password, self.replaced_session_hash = renewed, session_hash
            password_rehashed.send(sender=User, user=self)

    @property
    def name(self) -> str:
        if self.deleted_at is not None:
            return gettext(DELETED_USER)
        return self.display_name or self.username

    @property
    def full_name(self) -> str:
        # For places where nothing else identifies the user. chat/static/chat/rules/full-name.js has the same rule.
        if self.deleted_at is not None or self.name.lower() == self.username.lower():
            return self.name
        return f"{self.name} (@{self.username})"

    @property
    def picture_url(self) -> str:
        # Right after sign-up, `picture` is the database's default, which has not been read: no string.
        has_one = isinstance(self.picture, str) and self.picture
        return reverse("accounts:picture-file", args=[self.picture]) if has_one else ""

    def email_user(self, subject: Any, message: Any, from_email: str | None = None, **options: Any) -> None:
        send_mail(subject, message, from_email, [deliverable(self.email)], **options)

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name


class Invitation(InviteLink):
    """A link for signing up."""

    # If set, only this address may sign up with the link.
    email = models.EmailField(_("email"), blank=True)

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")

    def __str__(self) -> str:
        return f"{self.email or '–'} – {self.created_at:%Y-%m-%d}"
