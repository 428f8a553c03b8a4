"""Access to the site's administration, for administrators who have shown a second factor.

For all others, these pages do not exist.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from accounts.mfa.admin_gate import lead_to_second_factor
from accounts.models import User
from chat.permissions.actor import Actor

View = Callable[..., HttpResponseBase]


def for_administrators(view: View) -> View:
    """Guard a view of the site's administration.

    This guards only the page. The service checks permission again, inside its transaction. Days and times in forms are
    in the administrator's time zone, like all times on the pages.
    """

    @wraps(view)
    def guarded(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        by = Actor.of(request)
        if not User.objects.administrators().filter(pk=request.user.pk).exists():
            raise Http404
        if not by.may_run_the_site:
            to = request.get_full_path() if request.method == "GET" else reverse("chat:site-admin:overview")
            return lead_to_second_factor(request, to)
        with timezone.override(getattr(request.user, "time_zone", "") or None):
            return view(request, **kwargs)

    return guarded


def show(request: HttpRequest, page: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    return render(request, f"chat/site_admin/{page}.html", {"page": page} | context, status=status)
