"""Sign-ups that wait for the code. A user who mistyped the address starts again, and nothing is left of the sign-up.

If the address already has an account, none is created, and the pages look the same: they do not reveal it.
"""

from datetime import timedelta

from allauth.account import app_settings
from allauth.account.internal.flows.email_verification_by_code import EmailVerificationProcess
from django.db import transaction
from django.db.models import ProtectedError, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import User
from accounts.signup import invitations

MADE = "made_account"  # session key: id of the account that was created in this session
WANTED = "wanted_username"
CODE_LIFETIME = timedelta(seconds=app_settings.EMAIL_VERIFICATION_BY_CODE_TIMEOUT)
TIME_TO_CONFIRM = timedelta(days=1)


def note(request: HttpRequest, user: User) -> None:
    request.session[MADE] = user.pk


def is_made_by(request: HttpRequest, user: User) -> bool:
    return bool(request.session.get(MADE) == user.pk)


def note_username(request: HttpRequest, username: str) -> None:
    request.session[WANTED] = username


def wanted_username(request: HttpRequest) -> str:
    return str(request.session.get(WANTED, ""))


@transaction.atomic
def undo(request: HttpRequest) -> None:
    for user in User.objects.unconfirmed().filter(pk=request.session.pop(MADE, None)):
        _remove(user)
    if process := EmailVerificationProcess.resume(request):
        process.abort()


def make_way(email: str, *, is_proved: bool = False) -> None:
    """Remove the account with this address that was not confirmed while its code was valid.

    Before that, its creator may be about to enter the code. Others must not undo the sign-up, unless they have proved
    that the address is theirs.
    """
    waiting = User.objects.unconfirmed().filter(emailaddress__email=email.lower())
    _remove_all(waiting if is_proved else waiting.filter(date_joined__lt=timezone.now() - CODE_LIFETIME))


def remove_abandoned() -> int:
    # Frees their names and addresses.
    return _remove_all(User.objects.unconfirmed().filter(date_joined__lt=timezone.now() - TIME_TO_CONFIRM))


def _remove_all(users: QuerySet[User]) -> int:
    # Each removal is a short transaction.
    return sum(_remove_if_unconfirmed(key) for key in users.values_list("pk", flat=True))


@transaction.atomic
def _remove_if_unconfirmed(key: int) -> bool:
    # An account that other rows refer to is more than a sign-up, and stays.
    user = User.objects.unconfirmed().filter(pk=key).first()
    if user is None:
        return False
    try:
        with transaction.atomic():
            _remove(user)
    except ProtectedError:
        return False
    return True


def _remove(user: User) -> None:
    user.delete()
    invitations.give_back(user)
