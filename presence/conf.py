"""The settings of this library, `settings.PRESENCE`: read at every use, so that tests can change them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

DEFAULTS = {
    "LEASE_MS": 12_000,  # a server that is not heard of for so long is dead
    "HEARTBEAT_MS": 4_000,  # how often a server renews its lease
    "LINGER_MS": 5_000,  # a glance elsewhere or a reload, not an absence
    "SWEEP_MS": 1_000,  # how often a server looks for what others left behind
    "CHECK_MS": 2_000,  # how often a roster makes sure that it missed nothing
    "REPAIR_MS": 30_000,  # how often a server says again what it holds, and one of them examines what there is
    "AWAY_MS": 300_000,  # without input for so long, a person is away
}
SETTLE_MS = 1_000  # a server tries again within half a second
URL = "REDIS_URL"


@dataclass(frozen=True, slots=True)
class Conf:
    """All times are in milliseconds."""

    redis_url: str
    lease_ms: int
    heartbeat_ms: int
    linger_ms: int
    sweep_ms: int
    check_ms: int
    repair_ms: int
    away_ms: int

    @property
    def return_ms(self) -> int:
        """Time that servers may need, after Redis lost everything, to notice and to assert their people again."""
        return 2 * self.heartbeat_ms + self.check_ms

    @property
    def settle_ms(self) -> int:
        """Time that servers may need to come back once Redis answers, or takes writes, again."""
        return min(self.linger_ms, SETTLE_MS)

    @property
    def stale_ms(self) -> int:
        """If no server swept for so long, the data is not kept in step: Redis takes no writes, or no server runs."""
        return 2 * self.lease_ms // 3


def conf() -> Conf:
    """The settings as they are now. Raises ImproperlyConfigured with the name of the one that is wrong."""
    given = given_settings()
    return Conf(
        redis_url=_url(given),
        lease_ms=_milliseconds(given, "LEASE_MS"),
        heartbeat_ms=_milliseconds(given, "HEARTBEAT_MS"),
        linger_ms=_milliseconds(given, "LINGER_MS"),
        sweep_ms=_milliseconds(given, "SWEEP_MS"),
        check_ms=_milliseconds(given, "CHECK_MS"),
        repair_ms=_milliseconds(given, "REPAIR_MS"),
        away_ms=_milliseconds(given, "AWAY_MS"),
    )


def given_settings() -> Mapping[str, Any]:
    given = getattr(settings, "PRESENCE", {})
    if not isinstance(given, Mapping):
        raise ImproperlyConfigured("PRESENCE must be a dictionary")
    return given


def _url(given: Mapping[str, Any]) -> str:
    url = given.get(URL)
    if not isinstance(url, str) or not url:
        raise ImproperlyConfigured(f"PRESENCE[{URL!r}] must be the URL of a Redis")
    return url


def _milliseconds(given: Mapping[str, Any], name: str) -> int:
    value = given.get(name, DEFAULTS[name])
    if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
        raise ImproperlyConfigured(f"PRESENCE[{name!r}] must be a whole number of milliseconds above 0")
    return value
