"""Calls of services from Django's admin."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from django.contrib import messages
from django.db.models import Model
from django.http import HttpRequest

from chat.errors import Refused
from chat.permissions.actor import Actor

M = TypeVar("M", bound=Model)


def attempt_each(
    request: HttpRequest, chosen: Iterable[M], act: Callable[[Actor, M], object], *, is_shown: bool = True
) -> None:
    """Act on each row, and show what was done and what was refused. A refusal does not stop the other rows.

    Without `is_shown`, only refusals are shown: Django itself reports deletions.
    """
    by = Actor.of(request)
    for row in chosen:
        name = str(row)
        try:
            act(by, row)
        except Refused as refused:
            messages.error(request, f"{name}: {refused.detail}")
        else:
            if is_shown:
                messages.success(request, name)
