"""Our Daphne: `python -m project.server [options of daphne]`. runserver uses it too.

Differences to Daphne: many handshakes can wait at once. A vanished peer is noticed within twenty seconds. Frames and
bodies have a sane size. Only the operator decides where the site is mounted. No response names the server software. A
port that is taken or a start that would be unsafe ends with one line. A shutdown loses no user (drain.py).
"""

import asyncio
import logging
import os
import re
import sys
from argparse import Namespace
from typing import Any

from daphne import server as daphne
from daphne.cli import CommandLineInterface
from django.conf import settings
from twisted.internet import reactor
from twisted.internet.defer import Deferred

from project.config.logs import discreetly
from project.config.safety import is_loopback
from project.server.clock import measure_by_monotonic_clock
from project.server.descriptors import raise_limit
from project.server.drain import drain
from project.server.http import Factory, Request
from project.server.migrating import refuse_an_old_database
from project.server.watchdog import Watchdog
from project.server.websocket import GOOD_BYE_SECONDS, Socket

daphne.HTTPFactory = Factory  # Daphne's server creates its factory by this name, and has no option for it
measure_by_monotonic_clock()

logger = logging.getLogger("project.server")

APPLICATION = "project.asgi:application"
BACKLOG = 2048  # with Daphne's 50, many clients that reconnect wait for the system's retries
LIMITS = {
    # Seconds: clients that reconnect all at once wait their turn. Daphne's 5 cut off those that still waited, and they
    # reconnected again.
    "websocket_connect_timeout": 30,
    "websocket_handshake_timeout": 30,
    "ping_interval": 10,  # seconds
    "ping_timeout": 10,  # seconds
    "websocket_timeout": -1,  # never: Daphne's day would cut off together all clients that reconnected together
    "websocket_max_frame_size": 64 * 1024,  # bytes
    "websocket_max_message_size": 64 * 1024,  # bytes
    "server_name": "",  # hides the software from scanners
}


class Server(daphne.Server):
    refusal = ""

    def __init__(self, application: Any, endpoints: list[str], **options: Any) -> None:
        refuse_to_expose_debugging(endpoints)
        refuse_to_lead_in_circles(endpoints)
        endpoints = [with_backlog(endpoint) for endpoint in endpoints]
        self.ports: list[Any] = []  # listening ports
        options["action_logger"] = discreetly(options.get("action_logger"))
        super().__init__(application, endpoints, ready_callable=self.use_our_protocol, **{**LIMITS, **options})

    def use_our_protocol(self) -> None:
        self.ws_factory.failByDrop = False  # send the reason (1007, 1009) before the connection is dropped
        self.ws_factory.closeHandshakeTimeout = GOOD_BYE_SECONDS
        self.ws_factory.protocol = Socket.configured_by(self.ws_factory)

    def run(self) -> None:
        raise_limit()
        super().run()
        if self.refusal:
            sys.exit(self.refusal)

    def listen_success(self, port: Any) -> None:
        self.ports.append(port)
        super().listen_success(port)

    def listen_error(self, failure: Any) -> None:
        self.end(f"roomful: {failure.getErrorMessage()}")

    def end(self, refusal: str) -> None:
        """Shut down in order, with this line and an exit code that tells a failure from a stop by the operator."""
        self.refusal = refusal
        self.stop()

    def kill_all_applications(self) -> Any:
        # The reactor waits for this before it ends. Daphne's own method would cancel applications amid their work.
        return Deferred.fromFuture(asyncio.ensure_future(drain(self)))

    def create_application(self, protocol: Any, scope: dict[str, Any]) -> Any:
        scope["root_path"] = self.root_path  # Daphne takes it from a header that anyone can send
        if isinstance(protocol, Socket):
            scope["extensions"] = {"roomful.socket": protocol, "websocket.http.response": {}}
        return super().create_application(protocol, scope)

    async def handle_reply(self, protocol: Any, message: dict[str, Any]) -> None:
        """Make an application that streams its response wait for the peer."""
        await super().handle_reply(protocol, message)
        if message.get("more_body") and isinstance(protocol, Request):
            await protocol.drained()


class ProductionServer(Server):
    """Server for production. In development, the database may be older than the code for a while."""

    def run(self) -> None:
        refuse_an_old_database()
        watchdog = Watchdog(reactor.callFromThread, lambda: self.end("roomful: The server ended itself; see the log."))
        reactor.callWhenRunning(watchdog.start)
        super().run()

    def listen_success(self, port: Any) -> None:
        super().listen_success(port)
        logger.info("Listening on %s, for %s", listening_address(port.getHost()), settings.ALLOWED_ORIGINS[0])


class CommandLine(CommandLineInterface):
    description = "Serves Roomful over HTTP and WebSocket."
    server_class: type[Server] = ProductionServer

    def __init__(self) -> None:
        super().__init__()
        self.parser.set_defaults(**LIMITS)

    def run(self, arguments: list[str]) -> None:
        arguments = [*arguments, APPLICATION]
        chosen = self.parser.parse_args(arguments)
        if chosen.port:
            os.environ["PORT"] = str(chosen.port)  # the settings derive our origins from it
        elif not is_bound(chosen):
            arguments = ["--port", str(settings.PORT), *arguments]
        super().run(arguments)


def is_bound(chosen: Namespace) -> bool:  # to something other than a port
    return bool(chosen.socket_strings or chosen.unix_socket or chosen.file_descriptor is not None)


def listening_address(host: Any) -> str:
    """Return a listening address as people write it: host and port, or the path of a Unix socket."""
    if hasattr(host, "port"):
        return f"[{host.host}]:{host.port}" if ":" in host.host else f"{host.host}:{host.port}"
    return os.fsdecode(host.name)


def with_backlog(endpoint: str) -> str:
    takes_one = endpoint.startswith(("tcp:", "ssl:", "unix:")) and ":backlog=" not in endpoint
    return f"{endpoint}:backlog={BACKLOG}" if takes_one else endpoint


def refuse_to_expose_debugging(endpoints: list[str]) -> None:
    exposed = [endpoint for endpoint in endpoints if not is_local(endpoint)]
    if settings.DEBUG and exposed:
        sys.exit("roomful: ROOMFUL_DEBUG shows the site's inside to everyone: with it, bind to 127.0.0.1 only.")


def refuse_to_lead_in_circles(endpoints: list[str]) -> None:
    """Exit if pages would redirect to HTTPS, but neither this server nor a trusted proxy speaks it."""
    speaks_tls = any(endpoint.startswith("ssl:") for endpoint in endpoints)
    if settings.HTTPS and not (settings.TRUSTED_PROXIES or speaks_tls):
        sys.exit("roomful: ROOMFUL_ORIGINS is https: say in ROOMFUL_TRUSTED_PROXIES how many proxies speak it for us.")


def is_local(endpoint: str) -> bool:
    if endpoint.startswith("unix:"):
        return True
    interface = re.search(r"interface=((?:\\.|[^:\\])+)", endpoint)
    return interface is not None and is_loopback(interface[1].replace("\\", ""))
