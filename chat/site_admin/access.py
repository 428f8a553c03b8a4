"""Who sees the site's pages: administrators who have shown a second factor. To everyone else, there is no such page."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from accounts.administrators import lead_to_second_factor, may_run_the_site
from chat.errors import NotFound
from chat.services.actor import Actor
from chat.services.locking import check_administrator

View = Callable[..., HttpResponseBase]


def for_administrators(view: View) -> View:
    """This decides what is shown. What a form does, the service decides again, inside its transaction."""

    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        try:
            check_administrator(Actor.of(request))
        except NotFound as refused:
            raise Http404 from refused
        if not may_run_the_site(request):
            to = request.get_full_path() if request.method == "GET" else reverse("chat:site-admin:overview")
            return lead_to_second_factor(request, to)
        return view(request, **kwargs)

    return guarded


def show(request: HttpRequest, page: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """One of the site's pages, `chat/site_admin/<page>.html`, with the tabs of all."""
    return render(request, f"chat/site_admin/{page}.html", {"page": page} | context, status=status)
