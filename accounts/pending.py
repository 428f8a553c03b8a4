"""An account that was just made, and waits for the code: who mistyped the address starts again, and nothing is left.

It goes the same way where there is none, since the address has one already: nobody is told of that.
"""

from allauth.account.internal.flows.email_verification_by_code import EmailVerificationProcess
from django.db import transaction
from django.http import HttpRequest

from accounts import invitations
from accounts.models import User

MADE = "made_account"  # in a session: the id of the account that was made in it
WANTED = "wanted_username"


def note(request: HttpRequest, user: User) -> None:
    request.session[MADE] = user.pk


def is_made_by(request: HttpRequest, user: User) -> bool:
    """Return whether the account was made in this session."""
    return bool(request.session.get(MADE) == user.pk)


def note_username(request: HttpRequest, username: str) -> None:
    request.session[WANTED] = username


def wanted_username(request: HttpRequest) -> str:
    return str(request.session.get(WANTED, ""))


@transaction.atomic
def undo(request: HttpRequest) -> None:
    made = User.objects.filter(pk=request.session.pop(MADE, None), last_login=None)
    if made.exclude(emailaddress__verified=True).delete()[0]:
        invitations.give_back(request)
    if process := EmailVerificationProcess.resume(request):
        process.abort()
