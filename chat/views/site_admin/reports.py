"""Reports of all rooms, of direct conversations, and of deleted rooms."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from chat.models import Report
from chat.queries import pagination
from chat.views.room_settings.reports import settle_as_posted
from chat.views.site_admin.access import for_administrators, show


@for_administrators
def reports(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        settle_as_posted(request)
        return redirect("chat:site-admin:reports")
    is_settled = request.GET.get("show") == "settled"
    found, by = Report.objects.with_people(), "settled_at" if is_settled else "created_at"
    context = {
        "reports": pagination.newest(
            found.settled() if is_settled else found.open(), by, request.GET.get("before", "")
        ),
        "is_settled": is_settled,
        "open_count": Report.objects.open().count(),
        "is_administrator": True,
    }
    return show(request, "reports", context)
