"""Forms that several pages share: of a room, of an invite link, and of a duration.

Checks that services make are not repeated here.
"""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chat.models import Room
from chat.models.room import DESCRIPTION_LENGTH, NAME_LENGTH, TOPIC_LENGTH
from chat.services.rooms.invites import MOST_USES

KINDS = [
    (Room.Kind.PUBLIC, _("Public – anyone here can find and join it")),
    (Room.Kind.PRIVATE, _("Private – invited people only")),
]

# A browser sends a line break as two characters, and counts it as one.
DESCRIPTION = forms.Textarea(attrs={"rows": 4, "maxlength": DESCRIPTION_LENGTH})


class RoomForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=NAME_LENGTH)
    emoji = forms.CharField(
        label=_("Emoji"),
        max_length=80,
        required=False,
        help_text=_("Shown before the name. Type an emoji or a name such as :tada:."),
    )
    topic = forms.CharField(
        label=_("Topic"), max_length=TOPIC_LENGTH, required=False, help_text=_("Shown at the top of the room.")
    )
    description = forms.CharField(
        label=_("Description"), required=False, widget=DESCRIPTION, help_text=_("What is this room for?")
    )
    kind = forms.ChoiceField(label=_("Who can join"), choices=KINDS, initial=Room.Kind.PUBLIC)
    read_only = forms.BooleanField(label=_("Announcements only: just moderators can post"), required=False)


HOURS = {
    1: _("1 hour"),
    4: _("4 hours"),
    24: _("1 day"),
    72: _("3 days"),
    168: _("1 week"),
    720: _("30 days"),
}
NEVER = "0"


class EndField(forms.TypedChoiceField):
    """A choice of durations. Its value is the time of the end, or None for never."""

    def __init__(self, *hours: int, never: Any, **options: Any) -> None:
        choices = [*((str(each), HOURS[each]) for each in hours), (NEVER, never)]
        super().__init__(choices=choices, coerce=_from_now, empty_value=None, **options)


def _from_now(hours: str) -> datetime | None:
    return None if hours == NEVER else timezone.now() + timedelta(hours=int(hours))


class LinkForm(forms.Form):
    """Limits of an invite link, to a room or to the site."""

    hours = EndField(1, 24, 168, 720, never=_("Never"), label=_("Expires after"), required=False, initial="168")
    most_uses = forms.IntegerField(
        label=_("Maximum uses"),
        min_value=1,
        max_value=MOST_USES,
        required=False,
        help_text=_("Leave empty for no limit."),
    )

    @property
    def limits(self) -> dict[str, Any]:
        return {"expires_at": self.cleaned_data["hours"], "most_uses": self.cleaned_data["most_uses"]}
