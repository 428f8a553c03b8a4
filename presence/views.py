"""A page for operators, with what `manage.py presence` prints. A project mounts it in its admin:

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
    """Servers, their leases and connections, topics and their people; with `?verify`, what contradicts itself.

    It restricts nobody: see above. With the status 503 where presence is unavailable. Costs a report's round trips,
    and with `?verify` those of `presence.report.verify`.
    """
    context: dict[str, Any] = admin.site.each_context(request) | {"title": _("Presence")}
    try:
        context["report"] = report()
        if "verify" in request.GET:
            context["verified"], context["contradictions"] = True, verify()
    except PresenceError as error:
        return render(request, "presence/operations.html", context | {"trouble": str(error)}, status=503)
    return render(request, "presence/operations.html", context)
