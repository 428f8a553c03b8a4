"""A page for operators, with the output of `manage.py presence`. A project mounts it in its admin:

path("admin/presence/", admin.site.admin_view(operations), name="presence")
"""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from presence.errors import PresenceError
from presence.report import report, verify


@never_cache
@require_GET
def operations(request: HttpRequest) -> HttpResponse:
    """Show servers, leases, connections, topics and their people; with `?verify`, also the contradictions.

    It checks no permission: see above. Status 503 if presence is unavailable. Costs the round trips of a report, and
    with `?verify` those of `presence.report.verify`.
    """
    context: dict[str, Any] = admin.site.each_context(request) | {"title": _("Presence")}
    try:
        context["report"] = report()
        if "verify" in request.GET:
            context["verified"], context["contradictions"] = True, verify()
    except PresenceError as error:
        return render(request, "presence/operations.html", context | {"trouble": str(error)}, status=503)
    return render(request, "presence/operations.html", context)
