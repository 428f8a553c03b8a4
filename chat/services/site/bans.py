"""Bans from the whole site."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.sessions import sessions
from chat.errors import Invalid
from chat.models import AuditEntry, Ban
from chat.permissions.actor import Actor
from chat.services.removal import purge_user
from chat.services.shared import audit
from chat.services.site.administrators import person_for


def ban(by: Actor, user_id: int, *, reason: str = "", removes_posts: bool = False) -> User:
    """Deactivate an account: its sockets close, and nothing that it sends is stored any more.

    Its memberships stay, for the case that the ban is lifted. With `removes_posts`, everything it posted is removed.
    Raises NotFound, Invalid, and Forbidden for oneself and for administrators.
    """
    reason = audit.clean_reason(reason)
    keys = sessions.keys_of(user_id)  # read before the row is locked
    with transaction.atomic():
        person = person_for(by, user_id)
        Ban.objects.update_or_create(room=None, user=person, defaults={"by": by.user, "reason": reason, "until": None})
        person.is_active = False
        person.save(update_fields=["is_active"])
        sessions.end_all(person, keys)
        audit.record(by, AuditEntry.Act.PERSON_BANNED, person=person, reason=reason, removes_posts=removes_posts)
        if removes_posts:
            purge_user.queue_all_of(by, person, reason)
    return person


@transaction.atomic
def unban(by: Actor, user_id: int) -> User:
    person = person_for(by, user_id)
    if not forget(by, person):
        raise Invalid(_("They aren’t banned."))
    person.is_active = True
    person.save(update_fields=["is_active"])
    return person


@transaction.atomic
def forget(by: Actor, person: User) -> bool:
    banned = Ban.objects.of_the_site().filter(user=person)
    if not banned.exists():
        return False
    banned.delete()
    audit.record(by, AuditEntry.Act.PERSON_UNBANNED, person=person)
    return True
