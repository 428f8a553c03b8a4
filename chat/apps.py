from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ChatConfig(AppConfig):
    name = "chat"
    verbose_name = _("Chat")

    def ready(self) -> None:
        import_module("chat.background.backfill")
        import_module("chat.receivers")
        import_module("chat.background.removals")
