"""The site's own page for a URL that does not exist, also in development.

Django's page is for developers, and lists all URLs of the site. People who try Roomful with bin/dev would meet it after
the first mistyped link. For errors in the code, Django's page with the traceback stays.
"""

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from django.utils.deprecation import MiddlewareMixin

from project.errors import pages


class MissingPages(MiddlewareMixin):
    """Innermost middleware, only with ROOMFUL_DEBUG: otherwise Django calls `handler404` itself."""

    def process_request(self, request: HttpRequest) -> HttpResponse | None:
        try:
            resolve(request.path_info)
        except Resolver404 as missing:
            return pages.page_not_found(request, missing)
        return None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return pages.page_not_found(request, exception) if isinstance(exception, Http404) else None
