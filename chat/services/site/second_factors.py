"""Removal of the second factors of a user who has lost them."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.mfa import factors
from accounts.models import User
from accounts.sessions import sessions
from chat.errors import Invalid
from chat.models import AuditEntry
from chat.permissions.actor import Actor
from chat.services.shared import audit
from chat.services.site.administrators import person_for


def reset(by: Actor, user_id: int) -> User:
    """Remove all second factors, and sign the person out everywhere: an open session may be someone else's.

    The person is told by email. Raises NotFound, Forbidden, and Invalid if they have no second factor.
    """
    keys = sessions.keys_of(user_id)  # read before the row is locked
    with transaction.atomic():
        person = person_for(by, user_id)
        if not factors.remove_all(person):
            raise Invalid(_("They have no second factor."))
        sessions.end_all(person, keys)
        audit.record(by, AuditEntry.Act.PERSON_CHANGED, person=person, how="second factor removed")
    return person
