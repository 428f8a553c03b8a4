"""Disconnecting a person: one socket, a session with all its sockets, or all sessions.

All functions raise NotFound, Forbidden and Invalid.
"""

from allauth.usersessions.models import UserSession
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.sessions import sessions
from chat import broadcasts
from chat.errors import NotFound
from chat.models import AuditEntry
from chat.permissions.actor import Actor
from chat.services.shared import audit
from chat.services.site.administrators import person_for


@transaction.atomic
def disconnect(by: Actor, connection_id: str, user_id: int, reason: str = "") -> None:
    """Close one socket. The tab does not reconnect by itself; its user may reconnect it.

    Only the hubs know whether the socket exists.
    """
    reason = audit.clean_reason(reason)
    person = person_for(by, user_id, may_be_themselves=True)
    audit.record(by, AuditEntry.Act.CONNECTION_ENDED, person=person, reason=reason, connection=connection_id[:32])
    broadcasts.connection_ended(person.pk, connection_id)


@transaction.atomic
def end_session(by: Actor, user_id: int, session_id: int, reason: str = "") -> None:
    reason = audit.clean_reason(reason)
    person = person_for(by, user_id, may_be_themselves=True)
    session = UserSession.objects.filter(user=person, pk=session_id).first()
    if session is None:
        raise NotFound(_("Session not found."))
    details = {"session": session.ip, "device": session.user_agent}
    audit.record(by, AuditEntry.Act.CONNECTION_ENDED, person=person, reason=reason, **details)
    sessions.end(session)


def end_sessions(by: Actor, user_id: int, reason: str = "") -> None:
    reason = audit.clean_reason(reason)
    keys = sessions.keys_of(user_id)  # read before the row is locked
    with transaction.atomic():
        person = person_for(by, user_id, may_be_themselves=True)
        audit.record(by, AuditEntry.Act.CONNECTION_ENDED, person=person, reason=reason, sessions="all")
        sessions.end_all(person, keys)
