"""Fan-out benchmark (`bin/fanout`): measures Roomful and other servers side by side."""

import argparse
import asyncio
import signal
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from types import FrameType

from bench.fanout.contenders import CONTENDERS, Contender, Unavailable
from bench.fanout.cores import LOAD, SERVER, pin, started_on
from bench.fanout.figures import Row, Size, as_json, merged
from bench.fanout.measure import measure
from bench.fanout.table import table
from bench.files import allow_sockets
from testing.processes import Valkey

SIZES = [Size(1, 10), Size(1, 100), Size(1, 1000), Size(200, 10)]


def main() -> None:
    options = arguments()
    signal.signal(signal.SIGTERM, end_in_order)
    allow_sockets(max(size.rooms * size.people for size in options.sizes))
    if not pin(LOAD):
        say("Processes cannot be pinned to cores here: the figures of server and load generator are mixed.")
    with contenders(options.servers, options.sizes) as those_there:
        rows = summary(measured(those_there, options))
    print(as_json(rows) if options.json else table(rows))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/fanout", description="Measures Roomful and others side by side.")
    parser.add_argument("--servers", nargs="+", choices=CONTENDERS, default=list(CONTENDERS), metavar="SERVER")
    parser.add_argument("--sizes", nargs="+", type=Size.parse, default=SIZES, metavar="SIZE", help="100, 200x10 …")
    parser.add_argument("--seconds", type=float, default=5.0, help="of each of the two loads")
    parser.add_argument("--rounds", type=int, default=3, help="of everything; the figures are medians")
    parser.add_argument("--quick", action="store_true", help="one short round")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if options.quick:
        options.seconds, options.rounds = 1.0, 1
    return options


@contextmanager
def contenders(names: Sequence[str], sizes: Sequence[Size]) -> Iterator[list[Contender]]:
    """Yield the servers that can run here, with their own Valkey on the server's core. Clean up afterwards."""
    with tempfile.TemporaryDirectory(prefix="fanout-") as folder:
        (home := Path(folder, "valkey")).mkdir(mode=0o700)
        valkey = Valkey(home)
        try:
            with started_on(SERVER):
                valkey.start()
            yield list(prepared([CONTENDERS[name](Path(folder), valkey) for name in names], sizes))
        finally:
            valkey.stop()


def prepared(those_asked_for: Sequence[Contender], sizes: Sequence[Size]) -> Iterator[Contender]:
    for contender in those_asked_for:
        try:
            contender.prepare(sizes)
        except Unavailable as reason:
            say(f"{contender.name} is left out: {reason}.")
        else:
            yield contender


def measured(those_there: Sequence[Contender], options: argparse.Namespace) -> Iterator[Row]:
    """Measure the servers in turn, so that a disturbance of the machine affects all of them."""
    for _ in range(options.rounds):
        for size in options.sizes:
            for contender in those_there:
                with contender.running(size) as site:
                    row = asyncio.run(measure(site, size, options.seconds))
                say(f"{row.size} {row.server}: {row.deliveries_per_s:,.0f} deliveries/s")
                yield row


def summary(rows: Iterator[Row]) -> list[Row]:
    """Return one row for each size and server, in the listed order."""

    def key(row: Row) -> tuple[int, int, int]:
        return row.rooms, row.people, list(CONTENDERS).index(row.server)

    return [merged(list(rounds)) for _, rounds in groupby(sorted(rows, key=key), key)]


def end_in_order(number: int, frame: FrameType | None) -> None:
    sys.exit(128 + number)


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
