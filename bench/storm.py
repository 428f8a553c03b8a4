"""Storm through real sockets: many tabs that are connected to one server open the same room at once."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from bench.fanout.contenders import PROJECT, Site, WholeRoomful
from bench.fanout.figures import Size
from bench.files import allow_sockets
from testing.processes import Valkey

SECONDS = 30  # time-out


def storm_of_sockets(folder: Path, valkey: Valkey, people: int) -> dict[str, Any]:
    """Return the figures of the crowd in chat/tests/helpers/storm.py, which runs in its own process."""
    allow_sockets(people)
    size = Size(1, people)
    roomful = WholeRoomful(folder, valkey)
    roomful.prepare([size])
    with roomful.running(size) as site:
        done: dict[str, Any] = json.loads(_crowd(site).splitlines()[-1])
        return done


def _crowd(site: Site) -> str:
    (seats,) = site.seats
    cookies = [seat.headers["Cookie"].partition("=")[2] for seat in seats]
    origin = f"http://127.0.0.1:{site.port}"
    url = f"ws://127.0.0.1:{site.port}/ws/"
    crowd = [sys.executable, "-m", "chat.tests.helpers.storm", str(seats[0].room), str(SECONDS), url, origin]
    said = "".join(f"{line}\n" for line in [*cookies, "", "go"])
    return subprocess.run(crowd, cwd=PROJECT, input=said, stdout=subprocess.PIPE, text=True, check=True).stdout
