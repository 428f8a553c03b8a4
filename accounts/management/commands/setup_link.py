from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from accounts.signup import first_administrator


class Command(BaseCommand):
    help = "Prints a one-time link to create the first administrator’s account, while there is none."

    def handle(self, *args: Any, **options: Any) -> None:
        if first_administrator.wanted():
            text = _("Set up %(site)s: %(link)s") % {"site": settings.SITE_NAME, "link": first_administrator.link()}
            self.stdout.write(text)
