import os
import socket
import sys
import threading
from typing import Any

from daphne.endpoints import build_endpoint_description_strings
from daphne.management.commands.runserver import Command as DaphneCommand
from django.conf import settings
from django.core.management.base import CommandError
from django.utils.autoreload import DJANGO_AUTORELOAD_ENV
from django.utils.translation import gettext as _
from twisted.internet import reactor

from project.server import embedded_valkey
from project.server.daphne import Server
from project.server.drain import MOST_SECONDS

UNSET = {"PORT": "8000", "ROOMFUL_DEBUG": "0"}  # the settings' defaults


class Command(DaphneCommand):
    """Development server: our Daphne, which restarts whenever the code changes."""

    default_port = str(settings.PORT)
    server_cls = Server
    server: Server | None = None

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.ended = threading.Event()

    def run(self, **options: Any) -> None:
        first = DJANGO_AUTORELOAD_ENV not in os.environ
        if first:
            self.settle_the_environment()
            self.refuse_a_taken_port()
            self.announce()
        if settings.EMBEDDED_VALKEY:
            # The reloader holds it too, so that it survives a reload. The reloader ends before its child has ended.
            embedded_valkey.hold(settings.DATA_DIR, patience=2 if first else 0)
        try:
            super().run(**options)
        finally:
            self.end_the_server()

    def inner_run(self, *args: Any, **options: Any) -> None:
        if not options["skip_checks"]:
            self.check(display_num_errors=False)
        self.check_migrations()
        try:
            self.serve(options)
        except SystemExit as refusal:
            if not options["use_reloader"]:
                raise
            self.stderr.write(str(refusal))
            os._exit(1)  # under the reloader this is a thread, where SystemExit is silent

    def serve(self, options: dict[str, Any]) -> None:
        self.server = self.server_cls(
            application=self.get_application(options),
            endpoints=build_endpoint_description_strings(host=self.addr, port=self.port),
            signal_handlers=not options["use_reloader"],
            action_logger=self.log_action,
            http_timeout=self.http_timeout,
        )
        try:
            self.server.run()
        finally:
            self.ended.set()

    def end_the_server(self) -> None:
        # Under the reloader the server runs in a thread, which the end of the process would cut off.
        if self.server is not None and not self.ended.is_set():
            reactor.callFromThread(self.server.stop)
            self.ended.wait(MOST_SECONDS)

    def settle_the_environment(self) -> None:
        # Settings are read once, at the start: if the command line changes them, start over.
        settled = {"PORT": str(self.port), "ROOMFUL_DEBUG": os.environ.get("ROOMFUL_DEBUG", "1")}
        if any(os.environ.get(name, default) != settled[name] for name, default in UNSET.items()):
            os.execve(sys.executable, sys.orig_argv, {**os.environ, **settled})

    def announce(self) -> None:
        words = {"site": settings.SITE_NAME, "url": f"http://localhost:{self.port}"}
        self.stdout.write(_("%(site)s is at %(url)s (Ctrl-C stops it)") % words)
        self.stdout.flush()  # even if the output is not a terminal

    def refuse_a_taken_port(self) -> None:
        family = socket.AF_INET6 if self.use_ipv6 else socket.AF_INET
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self.addr, int(self.port)))
            except OSError as error:
                words = {"port": self.port, "reason": error.strerror}
                raise CommandError(
                    _("Port %(port)s: %(reason)s. Stop what uses it, or choose another.") % words
                ) from error
