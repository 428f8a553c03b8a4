"""Response to a request that is refused because of overload: 503, with `Retry-After`.

This concerns expensive work (accounts/overload.py), and pages that get no connection from the pool in time. The page
keeps the values of a submitted form, and can send them again.
"""

import sys
from collections.abc import Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, sync_to_async
from django.conf import settings
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.decorators import sync_and_async_middleware
from django.utils.deprecation import MiddlewareMixin
from django.utils.translation import gettext_lazy as _
from django.views.defaults import server_error as internal_error

from accounts.overload import Overloaded, Refusals, release_connections
from project.errors.unavailable import as_unavailable

CSRF_FIELD = "csrfmiddlewaretoken"

no_connection = Refusals("pages without a connection to the database")


class NoConnection(Overloaded):
    """Refusal of a page: all connections of the pool were lent for as long as a page waits for one."""

    sentence = _("The database is busy.")


@sync_and_async_middleware
def release_before_streams(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    """Return the connection to the pool before a response is streamed, which takes as long as its reader likes."""
    if iscoroutinefunction(get_response):

        async def answer_later(request: HttpRequest) -> HttpResponseBase:
            response: HttpResponseBase = await get_response(request)
            if response.streaming:
                await sync_to_async(release_connections)()
            return response

        return answer_later

    def answer(request: HttpRequest) -> HttpResponseBase:
        response: HttpResponseBase = get_response(request)
        if response.streaming:
            release_connections()
        return response

    return answer


class Overload(MiddlewareMixin):
    """Innermost middleware, for refusals by views. `server_error` is for refusals by middleware."""

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        overloaded = as_overloaded(exception)
        return refusal(request, overloaded) if overloaded else None


def server_error(request: HttpRequest) -> HttpResponse:
    """Handle an error as the site's `handler500`."""
    error = sys.exc_info()[1]
    overloaded = as_overloaded(error) if error else None
    return refusal(request, overloaded) if overloaded else internal_error(request)


def too_often(request: HttpRequest) -> HttpResponse:
    """Handle allauth's rate limits as the site's `handler429`. Most count by the minute."""
    response = render(request, "429.html", status=429)
    response["Retry-After"] = "60"
    return response


def as_overloaded(error: BaseException) -> Overloaded | None:
    if isinstance(error, Overloaded):
        return error
    if isinstance(error, OperationalError) and type(error.__cause__).__name__ == "PoolTimeout":
        no_connection.note()
        return NoConnection("a connection", settings.DATABASE_WAIT_SECONDS)
    return as_unavailable(error)


def refusal(request: HttpRequest, error: Overloaded) -> HttpResponse:
    """Render the page without a query to the database."""
    context = {"site_name": settings.SITE_NAME, "error": error, "again": again(request), "address": address(request)}
    page = render_to_string("503.html", context)
    response = HttpResponse(page, status=error.status, headers={"Retry-After": str(error.retry_after)})
    response._has_been_logged = True  # type: ignore[attr-defined]  # `Refusals` writes one line for many
    return response


def address(request: HttpRequest) -> str:
    """Return the path to come back to. A path that begins with two slashes would lead to another site."""
    return "/" + request.get_full_path().lstrip("/")


def again(request: HttpRequest) -> dict[str, Any] | None:
    """Return the fields of a form to send again. Users enter passwords and choose files again: no page repeats them."""
    if request.method != "POST":
        return None
    fields = [(name, value) for name, values in request.POST.lists() for value in values if name != CSRF_FIELD]
    return {
        "token": get_token(request),
        "kept": [(name, value) for name, value in fields if "password" not in name],
        "passwords": [name for name, _ in fields if "password" in name],
        "files": list(request.FILES),
    }
