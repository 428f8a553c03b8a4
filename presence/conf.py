"""Settings of this library, `settings.PRESENCE`. They are read at every use, so that tests can change them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

DEFAULTS = {
    "LEASE_MS": 12_000,  # a server without a heartbeat for this long is dead
    "HEARTBEAT_MS": 4_000,  # how often a server renews its lease
    "LINGER_MS": 5_000,  # a shorter absence, such as a reload, goes unnoticed
    "SWEEP_MS": 1_000,  # how often a server cleans up after dead ones
    "CHECK_MS": 2_000,  # how often a roster checks that it missed nothing
    "REPAIR_MS": 30_000,  # how often a server asserts its holds again, and one server examines all keys
    "AWAY_MS": 300_000,  # a user without input for this long is away
}
SETTLE_MS = 1_000  # a server retries within half a second
URL = "REDIS_URL"


@dataclass(frozen=True, slots=True)
class Conf:
    """Settings with defaults applied. All times are in milliseconds."""

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
        """Time that servers may need, after Redis lost everything, to notice and to assert their users again."""
        return 2 * self.heartbeat_ms + self.check_ms

    @property
    def settle_ms(self) -> int:
        """Time that servers may need to reconnect once Redis answers, or accepts writes, again."""
        return min(self.linger_ms, SETTLE_MS)

    @property
    def stale_ms(self) -> int:
        """Time without a sweep after which the data counts as stale: Redis accepts no writes, or no server runs."""
        return 2 * self.lease_ms // 3


def conf() -> Conf:
    """Return the current settings. Raises ImproperlyConfigured with the name of the wrong setting."""
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
