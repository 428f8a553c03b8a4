"""Lock that threads get in the order of their requests."""

import threading
from collections import deque


class FairLock:
    """First-in, first-out lock. With Python's own locks and SQLite's, the latest thread may win every time."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._is_held = False
        self._turns: deque[threading.Event] = deque()

    def acquire(self, seconds: float) -> bool:
        """Wait at most this long for a turn. Return whether the lock is held now. Any thread may release it."""
        with self._mutex:
            if not self._is_held:
                self._is_held = True
                return True
            turn = threading.Event()
            self._turns.append(turn)
        if turn.wait(seconds):
            return True
        with self._mutex:
            if turn.is_set():  # in the last moment
                return True
            self._turns.remove(turn)
            return False

    def release(self) -> None:
        with self._mutex:
            if self._turns:
                self._turns.popleft().set()
            else:
                self._is_held = False
