"""What one says of a room, when it is made and when it is changed. What the services check is not checked here."""

from django import forms
from django.utils.translation import gettext_lazy as _

from chat.models import Room
from chat.models.room import DESCRIPTION_LENGTH, NAME_LENGTH, TOPIC_LENGTH

KINDS = [
    (Room.Kind.PUBLIC, _("Public: everybody finds it, and may join")),
    (Room.Kind.PRIVATE, _("Private: only who is let in knows of it")),
]

# A browser sends a line break as two characters, and counts it as one.
DESCRIPTION = forms.Textarea(attrs={"rows": 4, "maxlength": DESCRIPTION_LENGTH})


class RoomForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=NAME_LENGTH)
    emoji = forms.CharField(
        label=_("Emoji"),
        max_length=80,
        required=False,
        help_text=_("It stands before the name. Its own name will do, such as :tada:."),
    )
    topic = forms.CharField(
        label=_("Topic"), max_length=TOPIC_LENGTH, required=False, help_text=_("One line, above the conversation.")
    )
    description = forms.CharField(
        label=_("Description"), required=False, widget=DESCRIPTION, help_text=_("For whom it is, and what for.")
    )
    kind = forms.ChoiceField(label=_("Who comes in"), choices=KINDS, initial=Room.Kind.PUBLIC)
    read_only = forms.BooleanField(label=_("Only moderators write here: it is for announcements"), required=False)
