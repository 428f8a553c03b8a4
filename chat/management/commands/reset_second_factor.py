from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from accounts.mfa import first_factors
from accounts.models import User
from chat.errors import Refused
from chat.permissions.actor import SITE
from chat.services.site import second_factors


class Command(BaseCommand):
    help = "Removes a user’s second factors, for example when the only administrator of a site has lost theirs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, username: str, **options: Any) -> None:
        try:
            person = second_factors.reset(SITE, User.objects.get_by_natural_key(username).pk)
        except (User.DoesNotExist, Refused) as error:
            raise CommandError(error) from error
        self.stdout.write(_("%(name)s no longer has a second factor and was signed out.") % {"name": person.username})
        if settings.ADMIN_SECOND_FACTOR and person.is_staff:
            self.stdout.write(_("To add another: %(link)s") % {"link": first_factors.link(person)})
