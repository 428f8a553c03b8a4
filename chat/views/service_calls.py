"""Service calls from form views: a refusal is shown as a flash message."""

from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

from django.contrib import messages
from django.http import Http404, HttpRequest

from chat.errors import NotFound, Refused
from chat.permissions.actor import Actor

P = ParamSpec("P")
T = TypeVar("T")


def attempt(
    request: HttpRequest, service: Callable[Concatenate[Actor, P], T], *args: P.args, **kwargs: P.kwargs
) -> tuple[bool, T | None]:
    """Call a service for the signed-in user. Return whether it succeeded, and its result; show a refusal.

    Raises Http404 if the service raises NotFound.
    """
    try:
        return True, service(Actor.of(request), *args, **kwargs)
    except NotFound as refused:
        raise Http404 from refused
    except Refused as refused:
        messages.error(request, refused.detail)
        return False, None


def attempt_and_confirm(
    request: HttpRequest,
    words: str,
    service: Callable[Concatenate[Actor, P], object],
    *args: P.args,
    **kwargs: P.kwargs,
) -> bool:
    done, _made = attempt(request, service, *args, **kwargs)
    if done:
        messages.success(request, words)
    return done
