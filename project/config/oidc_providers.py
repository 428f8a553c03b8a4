"""OpenID Connect providers for sign-in, as the environment names them."""

import re
from collections import Counter
from typing import Any
from urllib.parse import urlsplit

from environs import ValidationError

from project.config.environment import environment, is_given, is_origin
from project.config.safety import is_loopback


def providers() -> list[dict[str, Any]]:
    """Return the providers in allauth's form. A listed name that lacks a setting stops the start."""
    return [provider(name) for name in environment.list("ROOMFUL_OIDC", [], validate=are_names)]


def provider(name: str) -> dict[str, Any]:
    prefix = f"ROOMFUL_OIDC_{name.upper().replace('-', '_')}"
    # Without a server, the start stops once all is read.
    server: str = environment.str(f"{prefix}_SERVER", validate=is_provider) or ""
    return {
        "provider_id": name,
        "name": environment.str(f"{prefix}_NAME", validate=is_given),
        "client_id": environment.str(f"{prefix}_CLIENT", validate=is_given),
        "secret": environment.str(f"{prefix}_SECRET", validate=is_given),
        "settings": {"server_url": server.rstrip("/")},
    }


def origin_of(server: str) -> str:
    """Return the origin of a server's address, or an empty string if it is invalid."""
    try:
        parts = urlsplit(server)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}"


def are_names(values: list[str]) -> None:
    # A name is part of our URLs, and is stored with each account that comes from the provider.
    for value, times in Counter(values).items():
        if not re.fullmatch(r"[a-z][a-z0-9-]{0,29}", value) or times > 1:
            raise ValidationError(f"{value} is not a name of its own: small letters, digits and “-”, such as keycloak.")


def is_provider(value: str) -> None:
    # TLS is required, except on this machine: only TLS protects the provider's statements about people.
    if not is_origin(origin_of(value)) or not is_safe(value):
        raise ValidationError("Not the address of a provider, such as https://id.example.org/realms/example.")


def is_safe(server: str) -> bool:
    parts = urlsplit(server)
    return (parts.scheme == "https" or is_loopback(parts.hostname or "")) and not (parts.query or parts.fragment)
