"""Django's admin, entered through allauth's pages with their limits, and with a second factor."""

from typing import Any

from allauth.account.decorators import secure_admin_login
from allauth.account.utils import get_next_redirect_url
from csp.constants import SELF
from csp.decorators import csp_replace
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from accounts.mfa.admin_gate import lead_to_second_factor, may_run_the_site

# The admin's pages load scripts by URL, without a nonce, and these write HTML with jQuery. Inline scripts stay blocked.
POLICY = {"script-src": [SELF], "require-trusted-types-for": None, "trusted-types": None}


class AdminSite(admin.AdminSite):
    def has_permission(self, request: HttpRequest) -> bool:
        return super().has_permission(request) and may_run_the_site(request)

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        return csp_replace(POLICY)(super().admin_view(view, cacheable))

    @staticmethod
    @login_not_required
    def login(request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        # There is no form here: this leads to the site's sign-in page, or on. It refuses users without admin rights.
        response: HttpResponse = lead_in(request)
        return response


@secure_admin_login
def lead_in(request: HttpRequest) -> HttpResponse:
    to = get_next_redirect_url(request) or reverse("admin:index")
    return redirect(to) if may_run_the_site(request) else lead_to_second_factor(request, to)
