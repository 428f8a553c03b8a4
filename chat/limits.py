"""The limits of settings.CHAT, each with its unit."""

from django.conf import settings


def body_length() -> int:
    """The longest body of a message, in characters."""
    return int(settings.CHAT["BODY_LENGTH"])


def page_length() -> int:
    """How many messages a page of history has."""
    return int(settings.CHAT["PAGE_LENGTH"])


def resume_limit() -> int:
    """How many changes are replayed to a page that comes back; beyond that it starts anew."""
    return int(settings.CHAT["RESUME_LIMIT"])


def drain_linger_ms() -> int:
    """For how long the people of a server that was stopped still count as there, in milliseconds."""
    return int(settings.CHAT["DRAIN_LINGER_MS"])


def standing_seconds() -> float:
    """How often the hub makes sure that its sockets may still stand where they stand."""
    return float(settings.CHAT["STANDING_MS"]) / 1000


def check_seconds() -> float:
    """How often the hub looks for events that never reached it."""
    return float(settings.CHAT["CHECK_MS"]) / 1000
