"""allauth's passkey forms, hardened: anything sent in place of a browser's answer gives a form error."""

from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn import forms as allauth
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.mfa.first_factors import FirstFactorForm

NAME_LENGTH = 80
ANSWER_LENGTH = 32 * 1024  # characters; an answer with the manufacturer's certificates has a few thousand


class AnswerField(forms.JSONField):
    """The browser's answer to the server's challenge."""

    widget = forms.HiddenInput

    def to_python(self, value: Any) -> Any:
        # PostgreSQL stores no NUL.
        if isinstance(value, str) and (len(value) > ANSWER_LENGTH or "\\u0000" in value):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        try:
            return super().to_python(value)
        except (ValueError, RecursionError) as error:  # too many digits, too deep
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error


class Answer(forms.Form):
    credential = AnswerField()


class Making(Answer):
    name = forms.CharField(label=_("Name"), max_length=NAME_LENGTH, required=False)

    def clean(self) -> Any:
        try:
            return super().clean()
        except ValueError as error:
            raise get_adapter().validation_error("incorrect_code") from error


class AddForm(FirstFactorForm, Making, allauth.AddWebAuthnForm):
    pass


class SignUpForm(Making, allauth.SignupWebAuthnForm):
    pass


class RenameForm(allauth.EditWebAuthnForm):
    name = forms.CharField(label=_("Name"), max_length=NAME_LENGTH)


class SignInForm(Answer, allauth.LoginWebAuthnForm):
    pass


class SecondStepForm(Answer, allauth.AuthenticateWebAuthnForm):
    pass


class ReauthenticationForm(Answer, allauth.ReauthenticateWebAuthnForm):
    pass
