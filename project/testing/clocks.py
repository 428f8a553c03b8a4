"""`python -m project.testing.clocks`: our server on a host whose clock is wrong by TEST_CLOCK seconds."""

import os
import sys
import time
from datetime import timedelta

VARIABLE = "TEST_CLOCK"


def install(seconds: int) -> None:
    """First of all: others take the clock's functions by name. What the interpreter itself asks, such as
    `datetime.now()`, stays right; Django and we ask `timezone.now()`."""
    right, right_ns = time.time, time.time_ns
    time.time = lambda: right() + seconds
    time.time_ns = lambda: right_ns() + seconds * 10**9

    from django.utils import timezone

    right_now = timezone.now
    timezone.now = lambda: right_now() + timedelta(seconds=seconds)


if __name__ == "__main__":
    install(int(os.environ[VARIABLE]))

    import django

    django.setup()

    from project.server import CommandLine

    CommandLine().run(sys.argv[1:])
