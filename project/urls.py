from allauth.account.decorators import reauthentication_required
from allauth.account.views import password_set
from allauth.mfa.webauthn.views import login_webauthn
from allauth.socialaccount.providers.openid_connect.views import login as openid_connect_login
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.i18n import JavaScriptCatalog

from accounts.rate_limits import limited
from accounts.signup import mailed_codes
from accounts.views import own_sessions
from chat.views.inactive_account import inactive
from presence.views import operations

handler403 = "project.errors.pages.permission_denied"
handler404 = "project.errors.pages.page_not_found"
handler429 = "project.errors.pages.too_often"
handler500 = "project.errors.pages.server_error"

urlpatterns = [
    path("", include("chat.urls")),
    path("", include("accounts.urls")),
    path("accounts/inactive/", inactive, name="account_inactive"),  # in place of allauth's
    # allauth trusts the session here, and would let an intruder at an open session set a password.
    path("accounts/password/set/", reauthentication_required(password_set), name="account_set_password"),
    path("accounts/login/code/confirm/", mailed_codes.ConfirmLoginCode.as_view(), name="account_confirm_login_code"),
    path(
        "accounts/confirm-email/",
        mailed_codes.ConfirmEmailVerificationCode.as_view(),
        name="account_email_verification_sent",
    ),
    path(
        "accounts/password/reset/confirm/",
        mailed_codes.ConfirmPasswordResetCode.as_view(),
        name="account_confirm_password_reset_code",
    ),
    # The next views write a session row for any visitor. allauth has no limit for them, or none for GET.
    path(
        "accounts/2fa/webauthn/login/",
        limited("passkey_question", "120/m/ip", "GET", "HEAD")(login_webauthn),
        name="mfa_login_webauthn",
    ),
    path(
        "accounts/oidc/<str:provider_id>/login/",
        limited("leave_for_provider", "120/m/ip", "POST")(openid_connect_login),
        name="openid_connect_login",
    ),
    path("accounts/sessions/", own_sessions, name="usersessions_list"),  # in place of allauth's
    path("accounts/", include("allauth.urls")),
    path("admin/presence/", admin.site.admin_view(operations), name="presence"),
    path("admin/", admin.site.urls),
    # The texts of the browser's code, in the reader's language.
    path("words.js", login_not_required(JavaScriptCatalog.as_view()), name="words"),
]
