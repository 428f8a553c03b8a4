from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from accounts import setup


class Command(BaseCommand):
    help = "Prints a one-time link with which the administrator's account is made, while there is none."

    def handle(self, *args: Any, **options: Any) -> None:
        if setup.wanted():
            text = _("Set up %(site)s: %(link)s") % {"site": settings.SITE_NAME, "link": setup.link()}
            self.stdout.write(text)
