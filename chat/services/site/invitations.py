"""Invitations to the site: links for signing up, whether or not the site is open to others."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Invitation
from accounts.signup import invitations
from chat.errors import Invalid, NotFound
from chat.models import AuditEntry
from chat.permissions.actor import Actor
from chat.permissions.roles import check_administrator
from chat.services.rooms.invites import check_limits
from chat.services.shared import audit


@transaction.atomic
def invite(
    by: Actor, *, email: str = "", expires_at: datetime | None = None, most_uses: int | None = None
) -> tuple[Invitation, str]:
    """Create an invitation, and return it with its token. One for an email address admits one account.

    Raises NotFound, Invalid.
    """
    check_administrator(by)
    check_limits(expires_at, most_uses)
    email = clean_email(email)
    most_uses = 1 if email else most_uses
    made, token = invitations.make(by.user, email=email, expires_at=expires_at, most_uses=most_uses)
    expires = expires_at and expires_at.isoformat(timespec="seconds")
    what = AuditEntry.Act.INVITATION_MADE
    audit.record(by, what, invitation=made.pk, email=email, expires=expires, most_uses=most_uses)
    return made, token


@transaction.atomic
def revoke(by: Actor, invitation_id: int) -> None:
    check_administrator(by)
    found = Invitation.objects.filter(pk=invitation_id).first()
    if found is None:
        raise NotFound
    if invitations.revoke(found):
        audit.record(by, AuditEntry.Act.INVITATION_REVOKED, invitation=found.pk, email=found.email)


def clean_email(email: str) -> str:
    email = email.strip()
    try:
        if email:
            validate_email(email)
    except ValidationError as error:
        raise Invalid(_("Enter a valid email address.")) from error
    return email
