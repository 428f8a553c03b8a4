from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("Accounts")

    def ready(self) -> None:
        # Importing these modules connects their signal receivers.
        from accounts import checks, signals  # noqa: F401
        from accounts.mfa import first_factors  # noqa: F401
        from accounts.sessions import known_devices, login_log, sessions  # noqa: F401

        checks.replace_allauths()
