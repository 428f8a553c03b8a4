from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import ngettext

from chat.services.messages import rerender


class Command(BaseCommand):
    help = (
        "Re-renders messages from before an upgrade by the current Markdown rules and stores the HTML. Until then they "
        "are rendered each time they are read. It can run beside the servers, be interrupted and be started again."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        count = rerender.render_again()
        text = ngettext("%(number)d message was rendered again.", "%(number)d messages were rendered again.", count)
        self.stdout.write(text % {"number": count})
