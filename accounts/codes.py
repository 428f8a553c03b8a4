"""Pages on which a mailed code is entered: allauth's, which note the proof of an address before they act on it."""

from typing import Any

from allauth.account import views as allauth
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator

from accounts import proof


class Proof:
    """A right code proves that the address belongs to the person in this session."""

    request: HttpRequest
    _process: Any

    def form_valid(self, form: Any) -> HttpResponse:
        is_code = "code" in form.cleaned_data  # the page has a form that asks for another code, too
        if is_code and self._process.user:
            proof.receive(self.request, self._process.user)
        response: HttpResponse = super().form_valid(form)  # type: ignore[misc]
        return response


class ConfirmLoginCode(Proof, allauth.ConfirmLoginCodeView):
    pass


class ConfirmPasswordResetCode(Proof, allauth.ConfirmPasswordResetCodeView):
    pass


@method_decorator(login_not_required, name="dispatch")
class ConfirmEmailVerificationCode(Proof, allauth.ConfirmEmailVerificationCodeView):
    pass
