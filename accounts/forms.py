"""Sign-in, sign-up and password forms: allauth's with our labels and checks, and the first administrator's form."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import ChangePasswordForm, LoginForm, ResetPasswordKeyForm, SetPasswordForm, SignupForm
from allauth.core import context
from allauth.socialaccount.forms import SignupForm as OpenIdSignupForm
from django import forms
from django.conf import settings
from django.contrib.auth.forms import UserCreationForm
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.signup import invitations, pending
from accounts.usernames.rules import USERNAME_LENGTH

PASSWORD_HELP = _("At least 8 characters, not too common and not like your name.")


class SetupForm(UserCreationForm):
    """Form for the first administrator's account."""

    email = forms.EmailField(label=_("Email"))

    class Meta(UserCreationForm.Meta):
        model = User
        fields = ("username", "email")

    def save(self, commit: bool = True) -> User:
        self.instance.is_staff = self.instance.is_superuser = True
        return super().save(commit)


class SignInForm(LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        label(self.fields["login"], _("Username or email"), autocomplete="username webauthn", autocapitalize="none")


class NewAccount:
    """Mixin for every sign-up form: labels, and the check of the address against the sign-up policy."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, forms.Field] = self.fields  # type: ignore[attr-defined]
        self.invitation = invitations.followed(context.request)
        label(fields["username"], _("Username"), autocapitalize="none", spellcheck="false")
        fields["username"].help_text = _("This is your @name. You can add a display name later.")
        fields["username"].initial = pending.wanted_username(context.request)
        if self.invitation and self.invitation.email:
            fields["email"].initial = self.invitation.email
        elif settings.SIGNUP == "domains" and not self.invitation:
            fields["email"].help_text = _("Use an address at %(domains)s.") % {
                "domains": ", ".join(settings.SIGNUP_DOMAINS)
            }
        if "password1" in fields:
            fields["password1"].help_text = PASSWORD_HELP

    def clean_email(self) -> str:
        email: str = super().clean_email()  # type: ignore[misc]
        adapter = get_adapter()
        if not adapter.may_sign_up(email):
            raise adapter.validation_error("address_not_allowed")
        return email

    def validate_unique_email(self, email: str) -> str:
        pending.make_way(email)
        unique: str = super().validate_unique_email(email)  # type: ignore[misc]
        return unique

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        pending.note_username(request, self.cleaned_data["username"])  # type: ignore[attr-defined]
        made: tuple[User | None, HttpResponse | None] = super().try_save(request)  # type: ignore[misc]
        return made


class NewPassword:
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, forms.Field] = self.fields  # type: ignore[attr-defined]
        label(fields["password1"], _("New password"))
        label(fields["password2"], _("New password (again)"))
        fields["password1"].help_text = PASSWORD_HELP


class NewPasswordForm(NewPassword, ResetPasswordKeyForm):
    """Form for a new password after a mailed code."""


class FirstPasswordForm(NewPassword, SetPasswordForm):
    """Form for the first password of a user who signs in by other means."""


class ClaimForm(FirstPasswordForm):
    """Form for the username and password of an account that another person had created.

    It has no password fields if the user has just chosen a password.
    """

    username = forms.CharField(max_length=USERNAME_LENGTH)
    field_order = ("username", "password1", "password2")

    def __init__(self, user: User, *args: Any) -> None:
        super().__init__(user, *args)
        label(self.fields["username"], _("Username"), autocapitalize="none", spellcheck="false")
        self.fields["username"].initial = user.username
        if user.has_usable_password():
            del self.fields["password1"], self.fields["password2"]

    def clean_username(self) -> str:
        username: str = self.cleaned_data["username"]
        is_as_before = username == self.user.username
        return username if is_as_before else str(get_adapter().clean_username(username))


class OtherPasswordForm(NewPassword, ChangePasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        label(self.fields["oldpassword"], _("Current password"))


class SignUpForm(NewAccount, SignupForm):
    """Sign-up form with a password or a passkey."""


class OpenIdSignUpForm(NewAccount, OpenIdSignupForm):
    """Sign-up form for details that an OpenID Connect provider did not supply."""


def label(field: forms.Field, text: Any, **attributes: str) -> None:
    # The page shows the placeholder.
    field.label = text
    field.widget.attrs |= {"placeholder": text, **attributes}
