"""Limits from settings.CHAT, with their units."""

from django.conf import settings

from chat.runtime.rate_limiter import Rate


def body_length() -> int:
    """Return the maximum length of a message's body, in characters."""
    return int(settings.CHAT["BODY_LENGTH"])


def edits_kept() -> int:
    """Return how many of the latest earlier versions of a message are kept, in addition to the first."""
    return int(settings.CHAT["EDITS_KEPT"])


def page_length() -> int:
    return int(settings.CHAT["PAGE_LENGTH"])


def resume_limit() -> int:
    """Return the maximum number of changes that are replayed to a page that reconnects; after more, it starts over."""
    return int(settings.CHAT["RESUME_LIMIT"])


def roster_length() -> int:
    """Return the most members that a room can have and still show all of them in its sidebar."""
    return int(settings.CHAT["ROSTER_LENGTH"])


def drain_linger_ms() -> int:
    """Return how long the users of a stopped server still count as present, in milliseconds."""
    return int(settings.CHAT["DRAIN_LINGER_MS"])


def standing_seconds() -> float:
    """Return the seconds between the hub's checks of sessions and memberships."""
    return float(settings.CHAT["STANDING_MS"]) / 1000


def check_seconds() -> float:
    """Return the seconds between the hub's checks for lost events."""
    return float(settings.CHAT["CHECK_MS"]) / 1000


def administrators_see_hidden() -> bool:
    return bool(settings.CHAT["ADMINISTRATORS_SEE_HIDDEN"])


def posts() -> Rate:
    """Limit a user's posts in one room."""
    return Rate(settings.CHAT["POSTS_BURST"], settings.CHAT["POSTS_PER_MINUTE"])


def posts_everywhere() -> Rate:
    """Limit a user's posts in all rooms together."""
    return Rate(2 * settings.CHAT["POSTS_BURST"], 2 * settings.CHAT["POSTS_PER_MINUTE"])


def rendering() -> Rate:
    """Limit the CPU time for rendering a user's messages, in microseconds: three seconds' worth at once."""
    per_minute = 1000 * settings.CHAT["RENDERING_MS_PER_MINUTE"]
    return Rate(max(1, per_minute // 20), per_minute)


def commands() -> Rate:
    """Limit all other commands of a user."""
    return Rate(settings.CHAT["COMMANDS_BURST"], settings.CHAT["COMMANDS_PER_MINUTE"])


def answers() -> Rate:
    """Limit the bytes of history for a user."""
    return Rate(settings.CHAT["ANSWER_BYTES_BURST"], settings.CHAT["ANSWER_BYTES_PER_SECOND"] * 60)


def at_once() -> int:
    """Return how many of a user's commands, and how many of a session's pages, may run at the same time."""
    return int(settings.CHAT["AT_ONCE"])


def refusals() -> Rate:
    """Limit the commands over these limits that a socket may send before it is closed."""
    most = settings.CHAT["REFUSALS_PER_MINUTE"]
    return Rate(max(1, most), most)


def rooms_made() -> int:
    """Return how many existing rooms a user may have created; 0: no limit."""
    return int(settings.CHAT["ROOMS_MADE"])


def unanswered_conversations() -> int:
    """Return how many direct conversations without an answer a user may start in a day; 0: no limit."""
    return int(settings.CHAT["UNANSWERED_CONVERSATIONS"])


def links() -> int:
    """Return how many valid invite links a room may have; 0: no limit."""
    return int(settings.CHAT["LINKS"])


def sockets() -> int:
    """Return how many sockets a user may have open; 0: no limit."""
    return int(settings.CHAT["SOCKETS"])


def handshakes() -> Rate:
    """Limit the sockets that are opened from one address."""
    return Rate(settings.CHAT["HANDSHAKES_BURST"], settings.CHAT["HANDSHAKES_PER_MINUTE"])
