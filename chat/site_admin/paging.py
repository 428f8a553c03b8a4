"""A list in pages, by what its reader asks for in the address: `q` to search, `page` to turn."""

from collections.abc import Sequence
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest

LENGTH = 50


def wanted(request: HttpRequest) -> str:
    """What is searched for."""
    return " ".join(request.GET.get("q", "").replace("\0", "").split())


def page_of(request: HttpRequest, found: "QuerySet[Any] | Sequence[Any]") -> Page[Any]:
    """The page that is asked for; for nonsense, the first or the last."""
    return Paginator(found, LENGTH).get_page(request.GET.get("page"))
