from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from accounts.mfa import first_factors
from accounts.mfa.factors import has_second_factor
from accounts.models import User


class Command(BaseCommand):
    help = "Prints a link for an administrator to set up two-step sign-in. Give it to them yourself."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, username: str, **options: Any) -> None:
        user = User.objects.called(username).first()
        if user is None:
            raise CommandError(_("There is no user called %(username)s.") % {"username": username})
        if has_second_factor(user):
            raise CommandError(_("%(username)s already has a second factor.") % {"username": user.username})
        self.stdout.write(first_factors.link(user))
