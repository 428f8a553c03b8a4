"""Time zones, by their IANA names, such as `Europe/Berlin`."""

import zoneinfo
from functools import cache

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

ZONE_LENGTH = 64  # characters; the longest of today's has 32


def validate_time_zone(name: str) -> None:
    if name not in _available():
        raise ValidationError(_("There is no time zone with this name."))


@cache
def choices() -> list[str]:
    # The zones that people know by name are those named after a place, and UTC.
    return ["UTC", *sorted(name for name in _available() if "/" in name and not name.startswith("Etc/"))]


@cache
def _available() -> frozenset[str]:
    # Cached: Python reads many files to find out.
    return frozenset(zoneinfo.available_timezones())
