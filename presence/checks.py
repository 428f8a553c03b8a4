"""System checks of the settings. A wrong ratio of times would make users flicker between online and offline."""

from collections.abc import Iterator
from typing import Any

from django.core.checks import CheckMessage, Error, Warning
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext as _

from presence.conf import DEFAULTS, URL, Conf, conf, given_settings

HEARTBEATS_IN_A_LEASE = 3
SWEEPS_IN_A_LEASE = 3


def check_settings(**_kwargs: Any) -> list[CheckMessage]:
    try:
        return [*_check_names(), *_check_times(conf())]
    except ImproperlyConfigured as error:
        return [Error(str(error), id="presence.E001")]


def _check_times(times: Conf) -> Iterator[CheckMessage]:
    if times.lease_ms < HEARTBEATS_IN_A_LEASE * times.heartbeat_ms:
        yield Error(
            _("PRESENCE['LEASE_MS'] must be at least 3 times HEARTBEAT_MS."),
            hint=_("Otherwise one late heartbeat makes everyone on a server look offline."),
            id="presence.E002",
        )
    if times.lease_ms < SWEEPS_IN_A_LEASE * times.sweep_ms:
        yield Error(
            _("PRESENCE['LEASE_MS'] must be at least 3 times SWEEP_MS."),
            hint=_(
                "Otherwise each sweep mistakes the time since the last one for a pause of Redis and removes no one."
            ),
            id="presence.E003",
        )
    if times.repair_ms < times.lease_ms:
        yield Warning(
            _("PRESENCE['REPAIR_MS'] is shorter than LEASE_MS."),
            hint=_("A repair resends everything that the servers hold. Doing so this often only adds load."),
            id="presence.W002",
        )


def _check_names() -> Iterator[CheckMessage]:
    for name in sorted(given_settings().keys() - DEFAULTS.keys() - {URL}):
        yield Warning(_("PRESENCE[%(name)r] is not a setting.") % {"name": name}, id="presence.W001")
