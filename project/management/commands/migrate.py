from typing import Any

from django.core.management.commands.migrate import Command as DjangoCommand
from django.db import connections

from project.server.migrating import migration_lock, waiting


class Command(DjangoCommand):
    """Django's command, with a lock: of several processes, one migrates the database, and the others wait."""

    def handle(self, *args: Any, **options: Any) -> None:
        if options["plan"] or options["check_unapplied"]:
            super().handle(*args, **options)
            return
        with migration_lock(connections[options["database"]], lambda: self.stderr.write(waiting())):
            super().handle(*args, **options)
