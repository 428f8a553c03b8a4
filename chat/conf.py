"""The limits of settings.CHAT, each with its unit."""

from django.conf import settings

from chat.runtime.rate_limiter import Rate


def body_length() -> int:
    """The longest body of a message, in characters."""
    return int(settings.CHAT["BODY_LENGTH"])


def edits_kept() -> int:
    """How many earlier versions of a message are kept, the latest ones, beside the first."""
    return int(settings.CHAT["EDITS_KEPT"])


def page_length() -> int:
    """How many messages a page of history has."""
    return int(settings.CHAT["PAGE_LENGTH"])


def resume_limit() -> int:
    """How many changes are replayed to a page that comes back; beyond that it starts anew."""
    return int(settings.CHAT["RESUME_LIMIT"])


def roster_length() -> int:
    """Up to how many members a room's sidebar has all of them."""
    return int(settings.CHAT["ROSTER_LENGTH"])


def drain_linger_ms() -> int:
    """For how long the people of a server that was stopped still count as there, in milliseconds."""
    return int(settings.CHAT["DRAIN_LINGER_MS"])


def standing_seconds() -> float:
    """How often the hub makes sure that its sockets may still stand where they stand."""
    return float(settings.CHAT["STANDING_MS"]) / 1000


def check_seconds() -> float:
    """How often the hub looks for events that never reached it."""
    return float(settings.CHAT["CHECK_MS"]) / 1000


def administrators_see_hidden() -> bool:
    """Whether administrators see those who are invisible to everybody else."""
    return bool(settings.CHAT["ADMINISTRATORS_SEE_HIDDEN"])


def posts() -> Rate:
    """How much a person may post in a room."""
    return Rate(settings.CHAT["POSTS_BURST"], settings.CHAT["POSTS_PER_MINUTE"])


def posts_everywhere() -> Rate:
    """How much a person may post in all rooms together."""
    return Rate(2 * settings.CHAT["POSTS_BURST"], 2 * settings.CHAT["POSTS_PER_MINUTE"])


def rendering() -> Rate:
    """CPU time for which a person's bodies may be rendered, in microseconds: three seconds' worth at once."""
    per_minute = 1000 * settings.CHAT["RENDERING_MS_PER_MINUTE"]
    return Rate(max(1, per_minute // 20), per_minute)


def commands() -> Rate:
    """How many other commands a person may send."""
    return Rate(settings.CHAT["COMMANDS_BURST"], settings.CHAT["COMMANDS_PER_MINUTE"])


def answers() -> Rate:
    """How many bytes of history a person may ask for."""
    return Rate(settings.CHAT["ANSWER_BYTES_BURST"], settings.CHAT["ANSWER_BYTES_PER_SECOND"] * 60)


def at_once() -> int:
    """How many of a person's commands, and how many of a session's pages, are worked on at the same time."""
    return int(settings.CHAT["AT_ONCE"])


def refusals() -> Rate:
    """How many commands beyond these limits a socket may send before it is closed."""
    most = settings.CHAT["REFUSALS_PER_MINUTE"]
    return Rate(max(1, most), most)


def rooms_made() -> int:
    """How many rooms that exist a person may have made; 0: any number."""
    return int(settings.CHAT["ROOMS_MADE"])


def unanswered_conversations() -> int:
    """How many direct conversations without an answer a person may begin in a day; 0: any number."""
    return int(settings.CHAT["UNANSWERED_CONVERSATIONS"])


def links() -> int:
    """How many invite links that work a room may have; 0: any number."""
    return int(settings.CHAT["LINKS"])


def sockets() -> int:
    """How many sockets a person may have open; 0: any number."""
    return int(settings.CHAT["SOCKETS"])


def handshakes() -> Rate:
    """How many sockets may be opened from an address."""
    return Rate(settings.CHAT["HANDSHAKES_BURST"], settings.CHAT["HANDSHAKES_PER_MINUTE"])
