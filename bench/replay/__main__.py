"""Replay (`bin/replay`): drives a running server with logs of a real channel, and checks the result."""

import argparse
import asyncio
import sys
import time
from pathlib import Path

from bench.files import allow_sockets
from bench.replay.accounts import cookies
from bench.replay.driver import Posted, Replay, Site, narrator
from bench.replay.history import messages_after
from bench.replay.logs import Log, read_log
from bench.replay.people import nicknames
from bench.replay.report import Comparison, report

SETTLING = 30  # seconds: the linger, and a reserve for a crowd


def main() -> int:
    options = arguments()
    logs = [read_log(path) for path in options.logs]
    everyone = nicknames(logs)
    print(f"{len(logs)} logs, {sum(len(log.lines) for log in logs)} lines, {len(everyone)} nicknames.")
    allow_sockets(sum(len(nicknames([log])) + 2 for log in logs))
    site = Site(options.url.rstrip("/"), cookies([*everyone, *map(narrator, logs)]), options.speed)
    try:
        return asyncio.run(replay(site, logs))
    except OSError as error:
        sys.exit(f"bin/replay: {site.url} does not do what is asked of it: {error}")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bin/replay",
        description="Drives a running server with logs of a real channel, and checks what came of them.",
    )
    parser.add_argument("--url", default="http://127.0.0.1:8000", help="where the server is")
    parser.add_argument("--speed", type=float, help="times real time; without it, as fast as possible")
    parser.add_argument("logs", nargs="+", type=Path, metavar="LOG")
    return parser.parse_args()


async def replay(site: Site, logs: list[Log]) -> int:
    replays = [Replay(log, site) for log in logs]
    await asyncio.gather(*(replay.open_the_room() for replay in replays))
    began = time.monotonic()
    await asyncio.gather(*(replay.play() for replay in replays))
    seconds = time.monotonic() - began
    comparisons = [await compared(replay) for replay in replays]
    await asyncio.gather(*(replay.close() for replay in replays))
    print(report(comparisons, seconds))
    return int(any(comparison.differences for comparison in comparisons))


async def compared(replay: Replay) -> Comparison:
    people = await settled_people(replay)
    cookie = replay.site.cookies[replay.narrator]
    stored = await asyncio.to_thread(messages_after, replay.site.url, cookie, replay.room, replay.began_at)
    history = [Posted(message.author.name, message.kind, message.body, message.client_id) for message in stored]
    return Comparison(replay, history, people)


async def settled_people(replay: Replay) -> set[str]:
    """Return the people in the sidebar, once they are those of the log, or after SETTLING seconds."""
    deadline = time.monotonic() + SETTLING
    people = await replay.people_here()
    while people != replay.attendance.present and time.monotonic() < deadline:
        await asyncio.sleep(1)
        people = await replay.people_here()
    return people


if __name__ == "__main__":
    sys.exit(main())
