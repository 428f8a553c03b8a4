from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.mfa import factors


class Command(BaseCommand):
    help = (
        "Re-encrypts the secrets of authenticator apps and recovery codes with the current secret key, so that old "
        "keys can be removed from ROOMFUL_OLD_SECRET_KEYS."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        unreadable = factors.encrypt_again()
        if unreadable:
            text = ngettext(
                "%(number)d second factor uses a key that is not in ROOMFUL_OLD_SECRET_KEYS. "
                "All others are encrypted with the current secret key.",
                "%(number)d second factors use keys that are not in ROOMFUL_OLD_SECRET_KEYS. "
                "All others are encrypted with the current secret key.",
                unreadable,
            )
            raise CommandError(text % {"number": unreadable})
        self.stdout.write(_("All second factors are encrypted with the current secret key."))
