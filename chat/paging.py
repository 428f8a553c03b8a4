"""Long lists a page at a time, newest first.

By key and not by number, so that the thousandth page costs what the first does.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from django.core.exceptions import BadRequest
from django.db.models import Model, Q, QuerySet

from chat.events import EPOCH

LENGTH = 100
MICROSECOND = timedelta(microseconds=1)

M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class Page(Generic[M]):
    rows: list[M]
    older: str
    """Asks for the next page; empty on the last."""


def newest(found: QuerySet[M], by: str, before: str = "", length: int = LENGTH) -> Page[M]:
    """The newest by the time in the column `by`, or those before a page's end. Raises BadRequest for what is no key."""
    if before:
        found = found.filter(_older(by, before))
    rows = list(found.order_by(f"-{by}", "-pk")[: length + 1])
    older = _key(rows[length - 1], by) if len(rows) > length else ""
    return Page(rows[:length], older)


def _key(row: Model, by: str) -> str:
    return f"{(getattr(row, by) - EPOCH) // MICROSECOND}.{row.pk}"


def _older(by: str, key: str) -> Q:
    """Of what has the same time, the later row came first."""
    time, pk = _parsed(key)
    # The first condition says nothing new, but it is the one for which databases take the index.
    return Q(**{f"{by}__lte": time}) & (Q(**{f"{by}__lt": time}) | Q(pk__lt=pk))


def _parsed(key: str) -> tuple[datetime, int]:
    time, _, pk = key.partition(".")
    if not all(part.isascii() and part.isdecimal() and len(part) < 18 for part in (time, pk)):
        raise BadRequest("before: the end of a page")
    return EPOCH + int(time) * MICROSECOND, int(pk)
