"""Pages for requests that end in an error.

Django renders them on another thread than the request's. A database connection that they take there would not return to
the pool with the request.
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
    """Return the page's connection to the pool, even if the page fails."""

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
