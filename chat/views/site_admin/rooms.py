"""All rooms with their present numbers. Private rooms are named; direct conversations are only counted."""

from collections.abc import Iterable
from typing import Any, cast

from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Lower
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from chat.models import Message, Room
from chat.models.membership import BoundedCount
from chat.queries.pagination import numbered, wanted
from chat.queries.presence import count_in, here_counts
from chat.views.site_admin.access import for_administrators, show

MOST_COUNTED = 10_000  # messages: “10,000+” says enough, and the page is fetched every few seconds

FILTERS = {
    "public": Q(kind=Room.Kind.PUBLIC),
    "private": Q(kind=Room.Kind.PRIVATE),
    "archived": ~Q(archived_at=None),
}


@for_administrators
@require_GET
def rooms(request: HttpRequest) -> HttpResponse:
    text, kind = wanted(request), request.GET.get("kind", "")
    existing = Room.objects.existing()
    found = existing.exclude(kind=Room.Kind.DIRECT).filter(FILTERS.get(kind, Q()))
    if text:
        found = found.with_words(text)
    page = numbered(request, found.order_by(Lower("name"), "pk"))
    directs = existing.filter(kind=Room.Kind.DIRECT).count()
    shown = _with_numbers(cast("Iterable[Room]", page))
    context = {"found": page, "rooms": shown, "directs": directs, "most": MOST_COUNTED, "q": text, "kind": kind}
    return show(request, "rooms", context)


def _with_numbers(rooms: Iterable[Room]) -> list[Any]:
    # Only the rooms of the page are counted.
    ids = [room.pk for room in rooms]
    said = Message.objects.said().filter(room=OuterRef("pk"), deleted_at=None)
    counted = Room.objects.filter(pk__in=ids).annotate(
        member_count=Count("memberships", filter=Q(memberships__left_at=None)),
        message_count=BoundedCount(said.values("pk")[:MOST_COUNTED]),
        last_at=Subquery(said.order_by(F("position").desc()).values("created_at")[:1]),
    )
    here, found = here_counts(ids), {room.pk: room for room in counted}
    for room in found.values():
        room.here = count_in(here, room.pk)  # type: ignore[attr-defined]
    return [found[pk] for pk in ids if pk in found]
