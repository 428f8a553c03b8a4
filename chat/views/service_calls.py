"""How a page's form calls a service: what is refused is told to the person, and nothing is lost."""

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
    """Let whoever sent the form do it. Whether it was done, and what came of it; if not, the page says why.

    Raises Http404 where the service finds nothing that they may see.
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
    """Do `attempt`, and show these words once it is done. Return whether it was."""
    done, _made = attempt(request, service, *args, **kwargs)
    if done:
        messages.success(request, words)
    return done
