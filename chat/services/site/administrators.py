"""Permission of administrators to act on a person, and audit entries for changed accounts."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from accounts.models import User
from chat.errors import Forbidden, NotFound
from chat.models import AuditEntry
from chat.permissions.actor import Actor
from chat.permissions.roles import check_administrator
from chat.services.shared import audit


def person_for(by: Actor, user_id: int, *, may_be_themselves: bool = False) -> User:
    """Return the person, locked until the transaction ends. Raises NotFound if `by` is not an administrator.

    Administrators do not act on one another, nor on themselves without `may_be_themselves`: Forbidden.
    """
    check_administrator(by)
    person = User.objects.select_for_update().filter(pk=user_id).first()
    if person is None or person.deleted_at is not None:
        raise NotFound.person()
    if by.user is None or (may_be_themselves and person.pk == by.user.pk):
        return person
    if person.pk == by.user.pk:
        raise Forbidden(_("You can’t do that to yourself."))
    if User.objects.administrators().filter(pk=person.pk).exists():
        raise Forbidden(_("You can’t do that to another administrator."))
    return person


def note_change(by: Actor, person: User, how: str, fields: Iterable[str]) -> None:
    """Record the fields of an account that was `added`, `changed` or `deleted` in Django's admin, but no values."""
    audit.record(by, AuditEntry.Act.PERSON_CHANGED, person=person, how=how, fields=list(fields))
