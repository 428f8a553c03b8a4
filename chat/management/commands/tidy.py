from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.sessions import sessions
from accounts.signup import pending
from chat.models import Removal, Room
from chat.services.removal import queue, retention


class Command(BaseCommand):
    help = (
        "Deletes messages past their room’s retention, expired sessions and accounts not confirmed within a day, and "
        "continues deletions that were not finished. You can run it at any time, also twice at once."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--quiet", action="store_true", help=_("Print only what was not done, and why."))

    def handle(self, *args: Any, quiet: bool, **options: Any) -> None:
        self.is_quiet = quiet
        try:
            self._apply_retention()
            self._work_off_the_queue()
            self._forget_expired_sessions()
            self._remove_unconfirmed_accounts()
        except Error as error:
            reason = " ".join(str(error).split())
            raise CommandError(_("The next run will continue where this one stopped: %s") % reason) from error

    def _apply_retention(self) -> None:
        now = timezone.now()
        kept_for_a_time = Room.objects.existing().exclude(retention_days=None)
        for room in kept_for_a_time.order_by(Lower("name"), "pk"):
            if removed := retention.apply(room.pk, now):
                messages = ngettext("%d message was removed", "%d messages were removed", removed) % removed
                self._say(f"{room}: {messages}")

    def _work_off_the_queue(self) -> None:
        if Removal.objects.unfinished().exists() and (removed := queue.work_off()):
            messages = ngettext("%d message was removed", "%d messages were removed", removed) % removed
            self._say(_("Deleted before: %s") % messages)

    def _forget_expired_sessions(self) -> None:
        if forgotten := sessions.forget_expired():
            messages = ngettext("%d expired session was removed", "%d expired sessions were removed", forgotten)
            self._say(messages % forgotten)

    def _remove_unconfirmed_accounts(self) -> None:
        if removed := pending.remove_abandoned():
            messages = ngettext("%d unconfirmed account was removed", "%d unconfirmed accounts were removed", removed)
            self._say(messages % removed)

    def _say(self, line: str) -> None:
        if not self.is_quiet:
            self.stdout.write(line)
