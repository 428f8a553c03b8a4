"""Second factor for administrators: they must show one in a session before they can run the site in it.

Someone else may know their password, and it opens everyone's data.
"""

from typing import Any
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.mfa import first_factors
from accounts.mfa.factors import has_second_factor, signed_in_with_second_factor
from accounts.requests import signed_in_user


def may_run_the_site(request: HttpRequest) -> bool:
    """Return whether this session has shown enough. The caller knows that the user is an administrator."""
    return is_enough(has_shown_factor=signed_in_with_second_factor(request))


def is_enough(*, has_shown_factor: bool) -> bool:
    """Return whether a session may use the rights of an administrator."""
    return has_shown_factor or not settings.ADMIN_SECOND_FACTOR


def lead_to_second_factor(request: HttpRequest, to: str) -> HttpResponseRedirect:
    """Redirect to the page for adding a second factor, or for showing an existing one and going on to `to`."""
    if not has_second_factor(request.user):
        if first_factors.may_add(request):
            need = _("Administrators need two-step sign-in. Add a passkey or an authenticator app, then come back.")
        else:
            need = first_factors.how_to_add_one(signed_in_user(request))
        messages.warning(request, need)
        return redirect("mfa_index")
    messages.info(request, _("Confirm it’s you with your second step to open site administration."))
    return redirect(f"{_where_to_show_it(request)}?{urlencode({REDIRECT_FIELD_NAME: to})}")


def _where_to_show_it(request: HttpRequest) -> str:
    ways: list[dict[str, Any]] = get_adapter().get_reauthentication_methods(request.user)
    return next(str(way["url"]) for way in ways if way["id"].startswith("mfa_"))
