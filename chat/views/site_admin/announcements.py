"""Announcements to everyone: publishing and ending them, and the list of all."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from chat.forms import NEVER, EndField
from chat.models import Announcement
from chat.models.announcement import ANNOUNCEMENT_LENGTH
from chat.queries.pagination import numbered
from chat.services.site import announcements as service
from chat.views.service_calls import attempt_and_confirm
from chat.views.site_admin.access import for_administrators, show


class AnnouncementForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("Text"),
        max_length=ANNOUNCEMENT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Shown to everyone right away, above their rooms. Web addresses become links."),
    )
    hours = EndField(
        1,
        4,
        24,
        72,
        168,
        never=gettext_lazy("Until ended manually"),
        label=gettext_lazy("Show for"),
        required=False,
        initial=NEVER,
    )


@for_administrators
def announcements(request: HttpRequest) -> HttpResponse:
    form = AnnouncementForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        text, until = form.cleaned_data["text"], form.cleaned_data["hours"]
        if attempt_and_confirm(request, _("Announcement published."), service.announce, text, until):
            return redirect("chat:site-admin:announcements")
    context = {
        "form": form,
        "shown": Announcement.objects.current().first(),
        "found": numbered(request, Announcement.objects.select_related("by").order_by("-pk")),
    }
    return show(request, "announcements", context, status=422 if form.is_bound else 200)


@require_POST
@for_administrators
def end(request: HttpRequest, announcement_id: int) -> HttpResponse:
    attempt_and_confirm(request, _("Announcement ended."), service.end, announcement_id)
    return redirect("chat:site-admin:announcements")
