"""Audit log of the site: search, pages, and export as CSV. It cannot be changed."""

import json
from collections.abc import AsyncIterator
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.core.exceptions import BadRequest
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts.models import User
from chat.models import AuditEntry, Room
from chat.queries import pagination
from chat.runtime.database import read
from chat.views.site_admin.access import for_administrators, show
from chat.views.spreadsheets import as_csv

COLUMNS = [
    "id",
    "at",
    "act",
    "actor_id",
    "actor_name",
    "address",
    "room_id",
    "room_name",
    "person_id",
    "person_name",
    "reason",
    "details",
]
EXPORTED_AT_ONCE = 1_000

DAYS = [MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2999, 12, 31))]


def day_field(label: Any) -> forms.DateField:
    field = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=False, widget=field, validators=DAYS)


class SearchForm(forms.Form):
    text = forms.CharField(label=_("Search the log"), max_length=150, required=False)
    act = forms.ChoiceField(label=_("Action"), required=False, choices=[("", _("All")), *AuditEntry.Act.choices])
    since = day_field(_("From"))
    until = day_field(_("To"))

    def found(self) -> QuerySet[AuditEntry]:
        asked = self.cleaned_data
        found = AuditEntry.objects.for_the_site()
        if text := asked["text"]:
            names = Q(actor_name__icontains=text) | Q(person_name__icontains=text) | Q(room_name__icontains=text)
            found = found.filter(names | _are_called(text) | Q(reason__icontains=text))
        if asked["act"]:
            found = found.filter(act=asked["act"])
        if asked["since"]:
            found = found.filter(at__gte=_at(asked["since"], time.min))
        if asked["until"]:
            found = found.filter(at__lte=_at(asked["until"], time.max))
        return found


@require_safe
@for_administrators
def audit(request: HttpRequest) -> HttpResponse:
    form = SearchForm(request.GET)
    found = form.found() if form.is_valid() else AuditEntry.objects.none()
    asked = request.GET.copy()
    asked.pop("before", None)
    entries = pagination.newest(found, "at", request.GET.get("before", ""))
    return show(request, "audit", {"form": form, "entries": entries, "asked": asked.urlencode()})


@require_safe
@for_administrators
def export(request: HttpRequest) -> StreamingHttpResponse:
    form = SearchForm(request.GET)
    if not form.is_valid():
        raise BadRequest("the search is not valid")
    name = f"audit-log-{timezone.localdate()}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    # Read and sent in batches, since the log may be long.
    return StreamingHttpResponse(_lines(form.found()), content_type="text/csv; charset=utf-8", headers=headers)


async def _lines(found: QuerySet[AuditEntry]) -> AsyncIterator[str]:
    yield as_csv([COLUMNS])
    page = await read(pagination.newest, found, "at", "", EXPORTED_AT_ONCE)
    yield as_csv(map(_cells, page.rows))
    while page.older:
        page = await read(pagination.newest, found, "at", page.older, EXPORTED_AT_ONCE)
        yield as_csv(map(_cells, page.rows))


def _are_called(text: str) -> Q:
    # By present names, ignoring case and accents.
    people = User.objects.whose_name_begins(text).values("pk")
    rooms = Room.objects.best_named(text).order_by().values("pk")
    return Q(actor_id__in=people) | Q(person_id__in=people) | Q(room_id__in=rooms)


def _cells(entry: AuditEntry) -> list[str]:
    values = {column: getattr(entry, column) for column in COLUMNS}
    values |= {"at": entry.at.isoformat(), "details": json.dumps(entry.details, ensure_ascii=False)}
    return ["" if value is None else str(value) for value in values.values()]


def _at(day: date, moment: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, moment))
