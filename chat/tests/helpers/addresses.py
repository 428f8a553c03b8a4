"""Every address of the site, taken from the URL resolver."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from django.urls import URLPattern, URLResolver, get_resolver

# Parameter of a route: `<int:room_id>` of a path, `(?P<provider_id>[^/]+)` of an expression.
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>[^)]*\)")


class Address(NamedTuple):
    name: str  # with its namespaces; the route if it has no name
    route: str

    @property
    def parameters(self) -> set[str]:
        return {found[1] or found[2] for found in PARAMETER.finditer(self.route)}

    def path(self, values: dict[str, object]) -> str:
        return PARAMETER.sub(lambda found: str(values[found[1] or found[2]]), self.route)


def addresses(pattern: URLPattern | URLResolver | None = None) -> list[Address]:
    """Return every address once, or only those below a pattern."""
    return list(dict.fromkeys(_addresses(pattern or get_resolver(), (), "")))


def _addresses(pattern: URLPattern | URLResolver, names: tuple[str, ...], route: str) -> Iterator[Address]:
    own = re.sub(r"(?<!\[)\^|\$$", "", str(pattern.pattern))
    if isinstance(pattern, URLPattern):
        yield Address(":".join((*names, pattern.name)) if pattern.name else route + own, route + own)
        return
    inner = (*names, pattern.namespace) if pattern.namespace else names
    for child in pattern.url_patterns:
        yield from _addresses(child, inner, route + own)
