from django.apps import AppConfig
from django.core.checks import register
from django.utils.translation import gettext_lazy as _

from presence.checks import check_settings


class PresenceConfig(AppConfig):
    name = "presence"
    verbose_name = _("Presence")

    def ready(self) -> None:
        register(check_settings)
