from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.forms import ClaimForm, SetupForm
from accounts.mfa import first_factors
from accounts.rate_limits import limited
from accounts.requests import signed_in_user
from accounts.sessions import sessions
from accounts.signup import email_proof, invitations, pending
from accounts.signup import first_administrator as site_setup


@login_not_required
@sensitive_post_parameters("password1", "password2")
def setup(request: HttpRequest, token: str) -> HttpResponse:
    if not site_setup.is_valid(token):
        raise Http404(_("This link has expired or was already used."))
    form = SetupForm(request.POST or None)
    if not form.is_valid():
        return render(request, "accounts/setup.html", {"form": form})
    try:
        administrator = site_setup.make_administrator(form)
    except site_setup.AlreadySetUp as error:
        raise Http404(_("This link has expired or was already used.")) from error
    login(request, administrator, backend="django.contrib.auth.backends.ModelBackend")
    first_factors.allow(request)
    return redirect(settings.LOGIN_REDIRECT_URL)


@login_not_required
def invited(request: HttpRequest, token: str) -> HttpResponse:
    # A signed-in user needs no invitation.
    if request.user.is_authenticated:
        return redirect(settings.LOGIN_REDIRECT_URL)
    if not invitations.follow(request, token):
        return render(request, "chat/dead_link.html", status=404)
    return redirect("account_signup")


@login_not_required
@require_POST
def start_again(request: HttpRequest) -> HttpResponse:
    pending.undo(request)
    return redirect("account_signup")


@sensitive_post_parameters("password1", "password2")
def claim(request: HttpRequest) -> HttpResponse:
    """Let the owner of an address choose the username and password of an account that another person had created."""
    user = signed_in_user(request)
    if not email_proof.has_claimed(request, user):
        return redirect(settings.LOGIN_REDIRECT_URL)
    if not user.has_usable_password():
        raise_if_reauthentication_required(request, app="allauth.account")
    form = ClaimForm(user, request.POST or None)
    if not form.is_valid():
        return render(request, "accounts/claim.html", {"form": form})
    email_proof.settle(request, user, form.cleaned_data["username"], form.cleaned_data.get("password1"))
    messages.success(request, _("Saved. Now only you can sign in to this account."))
    return redirect(settings.LOGIN_REDIRECT_URL)


@require_safe
def first_factor(request: HttpRequest, token: str) -> HttpResponse:
    if not first_factors.is_valid(token, signed_in_user(request)):
        raise Http404(_("This link has expired or was already used."))
    first_factors.allow(request)
    messages.info(request, _("Now add a passkey or an authenticator app."))
    return redirect("mfa_index")


@require_http_methods(["GET", "HEAD", "POST"])
@limited("end_sessions", "10/m/user", "POST")
def own_sessions(request: HttpRequest) -> HttpResponse:
    user, key = signed_in_user(request), str(request.session.session_key)
    if request.method == "POST":
        sessions.end_others(user, key)
        messages.success(request, _("You’ve been signed out everywhere else."))
        return redirect("usersessions_list")
    listed = sorted(sessions.of(user), key=lambda session: session.session_key != key)  # this one first
    return render(request, "usersessions/usersession_list.html", {"sessions": listed, "this": key})


@require_POST
def end_session(request: HttpRequest, session_id: int) -> HttpResponse:
    session = get_object_or_404(UserSession, pk=session_id, user=signed_in_user(request))
    if session.session_key == request.session.session_key:
        logout(request)
    sessions.end(session)
    messages.success(request, _("Session ended."))
    return redirect("usersessions_list")
