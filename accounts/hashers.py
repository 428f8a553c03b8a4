"""Password hashers with a bounded cost and bounded parallelism.

Django's Argon2 takes 100 MiB and eight threads for each hash. Each request has a thread, so a burst of sign-ins would
take that memory once for each of them.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from django.contrib.auth.hashers import Argon2PasswordHasher, PBKDF2PasswordHasher

from accounts.overload import Gate

T = TypeVar("T")

# Hashing releases the interpreter's lock. One core stays free for the event loop and for pages.
AT_ONCE = max(1, (os.cpu_count() or 1) - 1)
hashing = Gate("passwords to hash", at_once=AT_ONCE, waiting=64, seconds=3)
# Hashing has its own threads: the allocator keeps a hash's memory for the thread that freed it, so every thread that
# ever hashed would hold 19 MiB.
_threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="hashing")


class Argon2(Argon2PasswordHasher):
    """Argon2 at the minimum of OWASP's Password Storage Cheat Sheet: 19 MiB, two passes, one thread."""

    time_cost = 2
    memory_cost = 19 * 1024  # KiB
    parallelism = 1

    def encode(self, password: str, salt: str) -> str:
        return _hashed(super().encode, password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        return _hashed(super().verify, password, encoded)


class PBKDF2(PBKDF2PasswordHasher):
    """PBKDF2 for hashes imported from elsewhere."""

    def encode(self, password: str, salt: str, iterations: int | None = None) -> Any:
        return _hashed(super().encode, password, salt, iterations)  # `verify` encodes, too


def _hashed(function: Callable[..., T], *args: Any) -> T:
    with hashing.entered():
        return _threads.submit(function, *args).result()
