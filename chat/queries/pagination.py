"""Pagination: by number for searches, by key for lists with the newest first.

By key, page one thousand costs as much as the first. Pages of long texts are bounded here, too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from itertools import accumulate
from operator import add
from typing import Any, Generic, TypeVar

from django.core import paginator
from django.core.exceptions import BadRequest
from django.db.models import Model, Q, QuerySet
from django.db.models.functions import Length
from django.http import HttpRequest

from chat.protocol.events import EPOCH

LENGTH = 100
NUMBERED_LENGTH = 50
PAGE_CHARACTERS = 50_000  # of texts: in UTF-8 up to four bytes each
MICROSECOND = timedelta(microseconds=1)

M = TypeVar("M", bound=Model)


# -- By number ---------------------------------------------------------------------------------------------------------


def wanted(request: HttpRequest) -> str:
    return " ".join(request.GET.get("q", "").replace("\0", "").split())


def numbered(
    request: HttpRequest, found: QuerySet[Any] | Sequence[Any], parameter: str = "page"
) -> "paginator.Page[Any]":
    """Return the page that `parameter` in the query string asks for; the first or the last if that is invalid."""
    return paginator.Paginator(found, NUMBERED_LENGTH).get_page(request.GET.get(parameter))


# -- By key ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Page(Generic[M]):
    rows: list[M]
    older: str
    """The `before` of the next page; empty on the last."""


def newest(found: QuerySet[M], by: str, before: str = "", length: int = LENGTH, texts: Sequence[str] = ()) -> Page[M]:
    """Return the newest rows by the time in the column `by`, or those before a page's end.

    Raises BadRequest for an invalid key. A page has fewer rows if the columns `texts` are long.
    """
    if before:
        found = found.filter(_older(by, before))
    found = found.order_by(f"-{by}", "-pk")
    length = fitting(found, texts, length) if texts else length
    rows = list(found[: length + 1])
    older = _key(rows[length - 1], by) if len(rows) > length else ""
    return Page(rows[:length], older)


def fitting(found: QuerySet[Any], texts: Sequence[str], length: int = LENGTH) -> int:
    """Return how many of the first rows fit into a page: at least one, and at most `length`."""
    sizes = found.prefetch_related(None).annotate(characters=reduce(add, map(Length, texts)))
    totals = accumulate(sizes.values_list("characters", flat=True)[:length])
    return max(1, sum(total <= PAGE_CHARACTERS for total in totals))


def _key(row: Model, by: str) -> str:
    return f"{(getattr(row, by) - EPOCH) // MICROSECOND}.{row.pk}"


def _older(by: str, key: str) -> Q:
    # Rows with the same time are sorted by id, latest first.
    time, pk = _parsed(key)
    # The first condition is redundant, but it makes databases use the index.
    return Q(**{f"{by}__lte": time}) & (Q(**{f"{by}__lt": time}) | Q(pk__lt=pk))


def _parsed(key: str) -> tuple[datetime, int]:
    time, _, pk = key.partition(".")
    if not all(part.isascii() and part.isdecimal() and len(part) < 18 for part in (time, pk)):
        raise BadRequest("before: the end of a page")
    return EPOCH + int(time) * MICROSECOND, int(pk)
