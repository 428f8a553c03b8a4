"""What one says of a link by which people come in: into a room, or to the site."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chat.services.rooms.invites import MOST_USES

LIFETIMES = [
    ("1", _("in an hour")),
    ("24", _("in a day")),
    ("168", _("in a week")),
    ("720", _("in 30 days")),
    ("", _("never")),
]


class LinkForm(forms.Form):
    hours = forms.TypedChoiceField(
        label=_("Expires"), choices=LIFETIMES, coerce=int, empty_value=None, required=False, initial="168"
    )
    most_uses = forms.IntegerField(
        label=_("How many people may use it"),
        min_value=1,
        max_value=MOST_USES,
        required=False,
        help_text=_("Left empty: as many as like."),
    )

    @property
    def limits(self) -> dict[str, Any]:
        hours = self.cleaned_data["hours"]
        expires_at = None if hours is None else timezone.now() + timedelta(hours=hours)
        return {"expires_at": expires_at, "most_uses": self.cleaned_data["most_uses"]}
