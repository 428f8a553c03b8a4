from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import factors


class Command(BaseCommand):
    help = (
        "Encrypts what authenticator apps and recovery codes are made of with the present secret key, so that "
        "ROOMFUL_OLD_SECRET_KEYS need not name the former ones for them any more."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        unreadable = factors.encrypt_again()
        if unreadable:
            text = ngettext(
                "One second factor is of a key that is not named; all others are encrypted again.",
                "%(number)d second factors are of keys that are not named; all others are encrypted again.",
                unreadable,
            )
            raise CommandError(text % {"number": unreadable})
        self.stdout.write(_("All second factors are encrypted with the present secret key."))
