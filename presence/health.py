"""Which trackers of this process are in trouble: while one is, nothing that the process reads is to be believed."""

from presence.errors import PresenceUnavailable


class Health:
    """From any thread."""

    def __init__(self) -> None:
        self._in_trouble: set[object] = set()

    def note(self, tracker: object, *, in_trouble: bool) -> None:
        if in_trouble:
            self._in_trouble.add(tracker)
        else:
            self._in_trouble.discard(tracker)

    def check(self) -> None:
        """Raises PresenceUnavailable."""
        if self._in_trouble:
            raise PresenceUnavailable("this process cannot write to Redis, or has just begun to again")


health = Health()
