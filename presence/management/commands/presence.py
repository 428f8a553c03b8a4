import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from presence.audit import Contradiction
from presence.errors import PresenceError
from presence.report import Node, Report, report, verify

CONTRADICTIONS, UNAVAILABLE = 1, 2  # exit codes


class Command(BaseCommand):
    help = _("Show servers, their leases and connections, and topics with the number of people present.")
    requires_system_checks = []  # errors in the settings are shown in one line

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--verify",
            action="store_true",
            help=_("Check the sets in Redis for inconsistencies and print them. Exit with 1 if there are any."),
        )
        parser.add_argument("--json", action="store_true", help=_("Print it as JSON."))

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            if options["verify"]:
                self.print_contradictions(verify(), as_json=options["json"])
            else:
                self.print_report(report(), as_json=options["json"])
        except (PresenceError, ImproperlyConfigured) as error:
            raise CommandError(str(error), returncode=UNAVAILABLE) from error

    def print_contradictions(self, contradictions: list[Contradiction], *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps([asdict(contradiction) for contradiction in contradictions]))
        else:
            for contradiction in contradictions:
                self.stdout.write(str(contradiction))
        if contradictions:
            sys.exit(CONTRADICTIONS)

    def print_report(self, report: Report, *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(asdict(report)))
            return
        for line in _lines(report):
            self.stdout.write(line)


def _lines(report: Report) -> Iterator[str]:
    yield _("Epoch: %(epoch)s") % {"epoch": report.epoch or _("none yet")}
    yield _("Servers: %(number)d") % {"number": len(report.nodes)}
    yield from (f"  {_node_line(node)}" for node in report.nodes)
    yield _("Topics: %(number)d") % {"number": len(report.topics)}
    yield from (f"  {topic}: {people}" for topic, people in report.topics.items())
    yield _("Lingering: %(number)d") % {"number": report.lingering}
    yield _("Totals: %(done)s") % {"done": ", ".join(f"{name} {n}" for name, n in report.done.items()) or "-"}


def _node_line(node: Node) -> str:
    connections = ngettext("%(number)d connection", "%(number)d connections", node.connections)
    lease = _("no lease") if node.lease_ms is None else _("lease for %(ms)d ms") % {"ms": node.lease_ms}
    return f"{node.id}: {lease}, {connections % {'number': node.connections}}"
