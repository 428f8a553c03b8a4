"""Overview for administrators: the present state of the site, and open tasks."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.models import User
from chat.hub.layer import connection_census
from chat.models import Announcement, Message, Report, Room
from chat.queries.presence import online_count
from chat.views.site_admin.access import for_administrators, show

A_DAY = timedelta(days=1)
MOST_COUNTED = 10_000  # messages: only the newest are looked at, which bounds the cost


@for_administrators
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    existing = Room.objects.existing()
    context = {
        "roll": connection_census.call(),
        "online": online_count(),
        "people": User.objects.filter(is_active=True).count(),
        "rooms": existing.exclude(kind=Room.Kind.DIRECT).count(),
        "directs": existing.filter(kind=Room.Kind.DIRECT).count(),
        "messages_today": _said_today(),
        "most": MOST_COUNTED,
        "open_reports": Report.objects.open().count(),
        "announcement": Announcement.objects.current().first(),
    }
    return show(request, "overview", context)


def _said_today() -> int:
    newest = Message.objects.said().order_by("-pk").values("pk")[:MOST_COUNTED]
    return Message.objects.filter(pk__in=newest, created_at__gt=timezone.now() - A_DAY).count()
