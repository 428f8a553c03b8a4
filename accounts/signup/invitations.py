"""Invitations: links for signing up, under any sign-up policy.

A followed link is kept in the session. It is used in the transaction that creates the account.
"""

from datetime import datetime

from allauth.account.adapter import get_adapter
from django.db.models import F
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Invitation, User
from accounts.signup.email_domains import is_same
from accounts.signup.tokens import digest_of, make_token
from accounts.site_url import origin

FOLLOWED = "invitation"  # session key: token of the followed link


def make(
    by: User | None, *, email: str = "", expires_at: datetime | None = None, most_uses: int | None = None
) -> tuple[Invitation, str]:
    """Create an invitation. Return it with its token, which is not stored anywhere."""
    token = make_token()
    limits = {"expires_at": expires_at, "most_uses": most_uses}
    return Invitation.objects.create(digest=digest_of(token), by=by, email=email, **limits), token


def revoke(invitation: Invitation) -> bool:
    """Revoke the invitation. Return False if it was revoked before."""
    found = Invitation.objects.filter(pk=invitation.pk, revoked_at=None)
    return bool(found.update(revoked_at=timezone.now()))


def link(token: str) -> str:
    return origin() + reverse("accounts:invited", args=[token])


def send(invitation: Invitation, token: str) -> None:
    """Email the link to the invitation's address. Raises OSError if the email cannot be sent."""
    context = {"invitation": invitation, "link": link(token)}
    get_adapter().deliver("account/email/invitation", invitation.email, context)


def follow(request: HttpRequest, token: str) -> bool:
    # Following a link does not use it up.
    works = Invitation.objects.valid().filter(digest=digest_of(token)).exists()
    if works:
        request.session[FOLLOWED] = token
    return works


def followed(request: HttpRequest) -> Invitation | None:
    token = request.session.get(FOLLOWED)
    return Invitation.objects.valid().filter(digest=digest_of(token)).first() if token else None


def admits(request: HttpRequest, email: str) -> bool:
    invitation = followed(request)
    return invitation is not None and fits(invitation, email)


def fits(invitation: Invitation, email: str) -> bool:
    return not invitation.email or is_same(invitation.email, email)


def use(request: HttpRequest, email: str) -> Invitation | None:
    """Use up one use, in the transaction that creates an account for this address. Return None without an invitation.

    The row is locked until the transaction ends, so that two concurrent sign-ups cannot share the last use.
    """
    token = request.session.get(FOLLOWED)
    found = Invitation.objects.select_for_update().valid().filter(digest=digest_of(token)).first() if token else None
    if found is None or not fits(found, email):
        return None
    Invitation.objects.filter(pk=found.pk).update(uses=F("uses") + 1)
    return found


def give_back(user: User) -> None:
    """Give a use back to the invitation of an account that is deleted before anyone signed in to it."""
    if user.invitation_id is not None:
        Invitation.objects.filter(pk=user.invitation_id, uses__gt=0).update(uses=F("uses") - 1)
