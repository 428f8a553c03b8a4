from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import ngettext

from chat.services.messages import rerender


class Command(BaseCommand):
    help = (
        "Stores messages from before an upgrade as HTML by the present rules of Markdown. Until then that is made each "
        "time that they are read. It may run beside the servers, and be interrupted and started again."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        count = rerender.render_again()
        text = ngettext("One message was rendered again.", "%(number)d messages were rendered again.", count)
        self.stdout.write(text % {"number": count})
