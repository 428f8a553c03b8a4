"""Ids of users, as the project's user model has them: the one place that says what may be one."""

from presence.errors import InvalidUser


def checked_user(user_id: int) -> int:
    """The id itself. Raises InvalidUser unless it is an integer; a `bool` is none. Costs nothing."""
    if not isinstance(user_id, int) or isinstance(user_id, bool):
        raise InvalidUser(f"a user's id must be an integer, and not {user_id!r} ({type(user_id).__name__})")
    return user_id
