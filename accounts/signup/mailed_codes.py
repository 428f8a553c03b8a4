"""Pages for entering a mailed code: allauth's, with a count of concurrent attempts and the proof of the address."""

from hashlib import sha256
from typing import Any

from allauth.account import views as allauth
from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.decorators import method_decorator

from accounts.signup import email_proof


class MailedCode:
    """Mixin for the page of one mailed code. It allows a few attempts, and the right code proves the address.

    allauth counts attempts in the session, where concurrent requests overwrite each other's count. So attempts are
    counted in the cache as well, before the code is compared.
    """

    request: HttpRequest
    _process: Any  # allauth's: the code, its age, and the user
    _action: str  # "verify" a code, or "resend" it

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self._action == "verify" and not self._take_a_try():
            self._process.abort()
            messages.error(request, get_adapter().error_messages["too_many_login_attempts"])
            return redirect("account_login")
        response: HttpResponse = super().post(request, *args, **kwargs)  # type: ignore[misc]
        return response

    def form_valid(self, form: Any) -> HttpResponse:
        if self._action == "verify" and self._process.user:
            email_proof.receive(self.request, self._process.user)
        response: HttpResponse = super().form_valid(form)  # type: ignore[misc]
        return response

    def _take_a_try(self) -> bool:
        process = self._process
        of_code = f"{self.request.session.session_key}:{type(process).__name__}:{process.state['at']}"
        key = f"mailed-code:{sha256(of_code.encode()).hexdigest()}"
        cache.add(key, 0, 2 * process.timeout)  # longer than the code is valid
        return bool(cache.incr(key) <= process.max_attempts)


class ConfirmLoginCode(MailedCode, allauth.ConfirmLoginCodeView):
    pass


class ConfirmPasswordResetCode(MailedCode, allauth.ConfirmPasswordResetCodeView):
    _action = "verify"


@method_decorator(login_not_required, name="dispatch")
class ConfirmEmailVerificationCode(MailedCode, allauth.ConfirmEmailVerificationCodeView):
    pass
