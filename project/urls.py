from allauth.account.decorators import reauthentication_required
from allauth.account.views import password_set
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.i18n import JavaScriptCatalog

from accounts import codes
from accounts.views import own_sessions
from chat.entrance import inactive
from presence.views import operations

urlpatterns = [
    path("", include("chat.urls")),
    path("", include("accounts.urls")),
    path("accounts/inactive/", inactive, name="account_inactive"),  # in place of allauth's
    # allauth trusts the session here, and would let whoever finds it open make themselves a password.
    path("accounts/password/set/", reauthentication_required(password_set), name="account_set_password"),
    path("accounts/login/code/confirm/", codes.ConfirmLoginCode.as_view(), name="account_confirm_login_code"),
    path(
        "accounts/confirm-email/", codes.ConfirmEmailVerificationCode.as_view(), name="account_email_verification_sent"
    ),
    path(
        "accounts/password/reset/confirm/",
        codes.ConfirmPasswordResetCode.as_view(),
        name="account_confirm_password_reset_code",
    ),
    path("accounts/sessions/", own_sessions, name="usersessions_list"),  # and so is this
    path("accounts/", include("allauth.urls")),
    path("admin/presence/", admin.site.admin_view(operations), name="presence"),
    path("admin/", admin.site.urls),
    # The words of the browser's code, in the reader's language.
    path("words.js", login_not_required(JavaScriptCatalog.as_view()), name="words"),
]
