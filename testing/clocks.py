"""`python -m testing.clocks`: our server on a host with a clock that is off by TEST_CLOCK seconds.

At SIGUSR1 the clock jumps by TEST_JUMP seconds. At SIGUSR2 all open sockets become a day older.
"""

import os
import signal
import sys
import time
from datetime import timedelta
from typing import Any

VARIABLE = "TEST_CLOCK"
JUMP = "TEST_JUMP"
A_DAY = 86_400  # seconds


class Clock:
    """The error of the host's clock.

    Install it before other imports, since other modules import the clock's functions by name. Calls
    inside the interpreter, such as `datetime.now()`, stay right; Django and our code call `timezone.now()`.
    """

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds

    def install(self) -> None:
        right, right_ns = time.time, time.time_ns
        time.time = lambda: right() + self.seconds
        time.time_ns = lambda: right_ns() + self.seconds * 10**9

        from django.utils import timezone
        from twisted.internet.base import ReactorBase

        ReactorBase.seconds = staticmethod(time.time)  # a forked process has imported it already
        right_now = timezone.now
        timezone.now = lambda: right_now() + timedelta(seconds=self.seconds)

    def jump(self, *_: Any) -> None:
        self.seconds += int(os.environ[JUMP])


if __name__ == "__main__":
    clock = Clock(int(os.environ.get(VARIABLE, "0")))
    clock.install()
    signal.signal(signal.SIGUSR1, clock.jump)

    import django

    django.setup()

    from project.server import daphne as ours
    from project.server.websocket import Socket

    class Server(ours.Server):
        def run(self) -> None:
            signal.signal(signal.SIGUSR2, self.age)
            super().run()

        def age(self, *_: Any) -> None:
            for protocol in self.connections:
                if isinstance(protocol, Socket):
                    protocol.socket_opened -= A_DAY

    class CommandLine(ours.CommandLine):
        server_class = Server

    CommandLine().run(sys.argv[1:])
