"""Response to a form with an old CSRF token: it was opened before its user signed in or out."""

from allauth.account.utils import get_login_redirect_url
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from project.errors import overload

# Forms for signed-out visitors. Once a visitor is signed in, the form has served its purpose.
ENTRANCE = frozenset(
    (
        "account_confirm_login_code",
        "account_login",
        "account_request_login_code",
        "account_reset_password",
        "account_signup",
        "account_signup_by_passkey",
        "mfa_authenticate",
        "mfa_login_webauthn",
        "mfa_signup_webauthn",
        "socialaccount_signup",
    )
)
PROVIDER, SIGN_IN = "openid_connect_login", "login"  # its button also connects an account of a signed-in user


def old_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    if request.user.is_authenticated and _is_entrance(request):
        return redirect(get_login_redirect_url(request))
    context = {
        "again": overload.again(request) if _is_surely_ours(request) else None,
        "address": overload.address(request),
        "is_signed_out": not request.user.is_authenticated and not _is_open(request),
    }
    return render(request, "403_csrf.html", context, status=403)


def _is_entrance(request: HttpRequest) -> bool:
    match = request.resolver_match
    if match and match.view_name == PROVIDER:
        return request.GET.get("process", SIGN_IN) == SIGN_IN
    return match is not None and match.view_name in ENTRANCE


def _is_surely_ours(request: HttpRequest) -> bool:
    """Return whether the browser says that the form was on a page of this site.

    Only then may its fields be offered with a valid token: otherwise one click would send another site's values.
    """
    return (
        request.headers.get("Origin") in settings.ALLOWED_ORIGINS
        or request.headers.get("Sec-Fetch-Site") == "same-origin"
    )


def _is_open(request: HttpRequest) -> bool:
    """Return whether the form is open to signed-out visitors."""
    match = request.resolver_match
    return match is not None and not getattr(match.func, "login_required", True)
