"""`python -m testing.faults`: our server with faults, triggered by a fault's word in the body of a message."""

import os
import signal
import sys
from collections.abc import Sequence
from functools import wraps
from typing import Any

DIES = "dies-between-commit-and-publish"  # the whole process, by SIGKILL
LOST = "publish-is-lost"  # silently, as the channel layer may lose it
ROLLED_BACK = "rolled-back-once"  # after the rows were written; the same client id is stored at the second attempt


def install() -> None:
    from chat import broadcasts
    from chat.hub.layer import envelopes

    deliver, send, announce = broadcasts._deliver, envelopes.send, broadcasts.message_posted
    struck: set[Any] = set()

    @wraps(deliver)
    def deliver_or_die(envelope: Any) -> None:
        if has(DIES, envelope):
            os.kill(os.getpid(), signal.SIGKILL)
        deliver(envelope)

    @wraps(send)
    async def send_or_lose(envelopes: Sequence[Any], process: str = "") -> None:
        if kept := [envelope for envelope in envelopes if not has(LOST, envelope)]:
            await send(kept, process)

    @wraps(announce)
    def announce_or_fail(message: Any) -> None:
        if ROLLED_BACK in message.body and message.client_id not in struck:
            struck.add(message.client_id)
            raise RuntimeError(ROLLED_BACK)
        announce(message)

    broadcasts._deliver, envelopes.send, broadcasts.message_posted = deliver_or_die, send_or_lose, announce_or_fail


def has(word: str, envelope: Any) -> bool:
    return word in getattr(envelope, "event", {}).get("message", {}).get("body", "")


if __name__ == "__main__":
    import django

    from project.server.daphne import CommandLine

    django.setup()
    install()
    CommandLine().run(sys.argv[1:])
