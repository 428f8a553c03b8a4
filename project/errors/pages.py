"""Pages for requests that end in an error.

Django makes them on a thread that is not the request's. A connection to the database that they take there would not
come back to the pool with the request.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views import defaults

from accounts.overload import release_connections
from project.errors import old_forms, overload

Page = Callable[..., HttpResponse]


def releasing(page: Page) -> Page:
    """Give back the connection that the page took, whatever becomes of it."""

    @wraps(page)
    def make(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return page(request, *args, **kwargs)
        finally:
            release_connections()

    return make


permission_denied = releasing(defaults.permission_denied)
page_not_found = releasing(defaults.page_not_found)
old_form = releasing(old_forms.old_form)
too_often = releasing(overload.too_often)
server_error = releasing(overload.server_error)
