"""Validation of user ids."""

from presence.errors import InvalidUser


def checked_user(user_id: int) -> int:
    """Return the id. Raises InvalidUser unless it is an integer; a `bool` is not. Costs nothing."""
    if not isinstance(user_id, int) or isinstance(user_id, bool):
        raise InvalidUser(f"a user's id must be an integer, and not {user_id!r} ({type(user_id).__name__})")
    return user_id
