"""Static files that are searched once in a test process, and pages that run on the thread of their test.

Each test client loads the middleware again, and the search for all files takes longer than most tests. The middleware
is asynchronous, and a test client is not: each request would start a thread with an event loop and switch threads three
times, a third of a page's cost.
"""

from collections.abc import Callable
from typing import Any

from asgiref.sync import async_to_sync, iscoroutinefunction, sync_to_async
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.decorators import sync_and_async_middleware
from servestatic.middleware import ServeStaticMiddleware

_found: dict[tuple[bool, str], tuple[dict[str, Any], list[tuple[str, str]]]] = {}


class FoundOnce(ServeStaticMiddleware):
    files: dict[str, Any]
    directories: list[tuple[str, str]]

    def add_files_from_finders(self) -> None:
        """Search for the files, or reuse the result of another client under the same settings."""
        settings = self.autorefresh, self.static_prefix
        if settings not in _found:
            super().add_files_from_finders()
            _found[settings] = self.files, self.directories
        self.files, self.directories = _found[settings]


@sync_and_async_middleware
def static_files(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    """Serve static files as the site does. In a synchronous chain, only these requests run asynchronously."""
    if iscoroutinefunction(get_response):
        return FoundOnce(get_response)
    middleware = FoundOnce(sync_to_async(get_response))
    serve = async_to_sync(middleware)

    def answer(request: HttpRequest) -> HttpResponseBase:
        is_static = request.path_info.startswith(middleware.static_prefix)
        response: HttpResponseBase = serve(request) if is_static else get_response(request)
        return response

    return answer
