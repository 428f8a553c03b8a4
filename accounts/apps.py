from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("Accounts")

    def ready(self) -> None:
        # Their receivers connect themselves.
        from accounts import attempts, checks, devices, first_factors, sessions, signals  # noqa: F401

        checks.replace_allauths()
