"""Trackers of this process that are in trouble. While there is one, no read of this process can be trusted."""

from presence.errors import PresenceUnavailable


class Health:
    """The set of trackers in trouble. Thread-safe."""

    def __init__(self) -> None:
        self._in_trouble: set[object] = set()

    def note(self, tracker: object, *, in_trouble: bool) -> None:
        if in_trouble:
            self._in_trouble.add(tracker)
        else:
            self._in_trouble.discard(tracker)

    def check(self) -> None:
        """Raise PresenceUnavailable while a tracker is in trouble."""
        if self._in_trouble:
            raise PresenceUnavailable("this process cannot write to Redis, or has just begun to again")


health = Health()
