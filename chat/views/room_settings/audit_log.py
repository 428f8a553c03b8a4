"""A room's part of the audit log. Only administrators see IP addresses."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from chat.models import AuditEntry, Room
from chat.permissions.actor import Actor
from chat.permissions.acts import ADMINISTRATOR, Act
from chat.permissions.roles import roles_of
from chat.queries import pagination
from chat.views.room_settings.access import for_those_who_may, show


@require_safe
@for_those_who_may(Act.SEE_MODERATION)
def log(request: HttpRequest, room: Room) -> HttpResponse:
    found = AuditEntry.objects.filter(room_id=room.pk)
    context = {
        "entries": pagination.newest(found, "at", request.GET.get("before", "")),
        "with_addresses": ADMINISTRATOR in roles_of(Actor.of(request), room),
    }
    return show(request, room, "log", context)
