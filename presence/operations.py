"""Operations that `scripts/apply.lua` applies."""

Operation = tuple[str | int, ...]


def join(topic: str, user_id: int, connection: str) -> Operation:
    return "join", topic, str(user_id), connection


def leave(topic: str, user_id: int, connection: str, linger_ms: int) -> Operation:
    return "leave", topic, str(user_id), connection, linger_ms


def linger(topic: str, user_id: int, linger_ms: int) -> Operation:
    return "linger", topic, str(user_id), linger_ms


def expel(topic: str, user_id: int) -> Operation:
    return "expel", topic, str(user_id)


def end_linger(topic: str, user_id: int) -> Operation:
    return "end_linger", topic, str(user_id)


def touch(user_id: int) -> Operation:
    return "touch", str(user_id)


def act(user_id: int, linger_ms: int) -> Operation:
    return "act", str(user_id), linger_ms


def disown(owned: str, linger_ms: int) -> Operation:
    return "disown", owned, linger_ms


def decide(user_id: int, hidden: bool, away: bool, version: int, *, linger_ms: int = 0, is_news: bool) -> Operation:
    """Others who see the user now go on seeing a user who hides for `linger_ms`."""
    return "decide", str(user_id), hidden, away, version, linger_ms, is_news
