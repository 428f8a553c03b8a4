"""Idle connections, kept for the next thread that needs one.

Django gives each request a thread of its own. Opening a connection costs it 1 ms, mostly to read the schema. A
connection that stays open with its thread outlives the thread, with all that SQLite caches for it, until Python's
garbage collector finds it.
"""

import sqlite3
import threading

MOST = 4  # idle connections; concurrent requests may have more


class Pool:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: list[sqlite3.Connection] = []

    def take(self) -> sqlite3.Connection | None:
        """Return the connection that was given back last, if one is idle: its statements are compiled."""
        with self._lock:
            return self._idle.pop() if self._idle else None

    def give_back(self, connection: sqlite3.Connection) -> None:
        connection.execute("PRAGMA shrink_memory")
        with self._lock:
            if len(self._idle) < MOST:
                self._idle.append(connection)
                return
        connection.close()

    def close(self) -> None:
        while connection := self.take():
            connection.close()
