from typing import Any

from django.conf import settings
from django.contrib.staticfiles.management.commands.collectstatic import Command as DjangoCommand

from project.server.migrating import file_lock


class Command(DjangoCommand):
    """Django's command, for one process at a time: two would write the same files at once."""

    def collect(self) -> Any:
        with file_lock(settings.STATIC_ROOT.with_name("static.collecting")):
            return super().collect()
