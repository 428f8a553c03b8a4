from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from accounts.models import User
from chat.errors import Refused
from chat.permissions.actor import SITE
from chat.services.moderation import roles


class Command(BaseCommand):
    help = "Makes a member the owner of a room, for example when the owner of a private room has left."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("room", type=int, help="the number in the room's address, /rooms/NUMBER/")
        parser.add_argument("username", help="of a member of the room")

    def handle(self, *args: Any, room: int, username: str, **options: Any) -> None:
        user = User.objects.called(username).first()
        if user is None:
            raise CommandError(_("There is no user called %(username)s.") % {"username": username})
        try:
            roles.transfer(SITE, room, user.pk)
        except Refused as refused:
            raise CommandError(refused.detail) from refused
        self.stdout.write(_("%(username)s is now the owner of the room.") % {"username": user.username})
