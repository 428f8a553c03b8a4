from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.profile.display_names import check_display_name, typed_display_name
from accounts.profile.image_decoder import FORMATS, LONGEST_SIDE, Crop
from accounts.time_zones import ZONE_LENGTH, validate_time_zone

NAME_LENGTH = 80


class ProfileForm(forms.Form):
    display_name = forms.CharField(
        label=gettext_lazy("Display name"),
        max_length=NAME_LENGTH,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name", "dir": "auto"}),
        help_text=gettext_lazy("Leave empty to show your username."),
    )
    time_zone = forms.CharField(
        label=gettext_lazy("Time zone"),
        max_length=ZONE_LENGTH,
        required=False,
        validators=[validate_time_zone],
        widget=forms.TextInput(attrs={"list": "zones", "autocomplete": "off", "spellcheck": "false"}),
        help_text=gettext_lazy("Type the name of a city. Your card shows your local time to others."),
    )
    theme = forms.ChoiceField(
        label=gettext_lazy("Theme"),
        choices=[("", gettext_lazy("System")), *User.Theme.choices],
        required=False,
        widget=forms.RadioSelect,
    )

    def __init__(self, user: User, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.user = user

    def clean_display_name(self) -> str:
        name = typed_display_name(self.cleaned_data["display_name"])
        if name != self.user.display_name:  # an unchanged name never blocks other changes
            check_display_name(name, self.user)
        return name


class PictureForm(forms.Form):
    picture = forms.FileField(
        label=gettext_lazy("File"),
        widget=forms.FileInput(attrs={"accept": ",".join(f"image/{name.lower()}" for name in FORMATS)}),
    )
    # The square chosen in the browser, in pixels of the picture. Empty: the middle.
    left = forms.IntegerField(required=False, max_value=LONGEST_SIDE, widget=forms.HiddenInput)
    top = forms.IntegerField(required=False, max_value=LONGEST_SIDE, widget=forms.HiddenInput)
    side = forms.IntegerField(required=False, min_value=1, max_value=LONGEST_SIDE, widget=forms.HiddenInput)

    def clean_picture(self) -> UploadedFile:
        uploaded: UploadedFile = self.cleaned_data["picture"]
        if (uploaded.size or 0) > settings.PICTURE_BYTES:
            limit = filesizeformat(settings.PICTURE_BYTES)
            raise forms.ValidationError(_("This picture is too large. The limit is %(limit)s.") % {"limit": limit})
        return uploaded

    @property
    def crop(self) -> Crop | None:
        left, top, side = (self.cleaned_data.get(name) for name in ("left", "top", "side"))
        return None if left is None or top is None or side is None else Crop(left, top, side)


class DeletionForm(forms.Form):
    username = forms.CharField(
        label=gettext_lazy("Your username, to confirm"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}),
    )

    def __init__(self, user: User, *args: Any) -> None:
        super().__init__(*args)
        self.user = user

    def clean_username(self) -> str:
        typed: str = self.cleaned_data["username"]
        if typed.removeprefix("@").casefold() != self.user.username.casefold():
            raise forms.ValidationError(_("This isn’t your username."))
        return typed
