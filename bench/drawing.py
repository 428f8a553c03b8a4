"""Drawing benchmark (`bin/drawing-bench`): the cost of drawing messages, as the browser counts it.

A room is fed with messages that no server sent, so that only the page is measured: style and layout of one message with
many drawn, the longest tasks of a storm, and the time from a key press to the paint while messages arrive.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

os.environ["DJANGO_SETTINGS_MODULE"] = "testing.settings"

import django
from django.conf import settings
from django.core.management import call_command

if TYPE_CHECKING:
    from chat.tests.browser.drawing import Drawing
    from testing.browsers import Browser

SAMPLE = 40  # messages, one after the other
FULL = 600
STORM_RATE, TYPING_RATE = 40, 20  # messages a second
KEYS_A_SECOND = 10


@dataclass(frozen=True, slots=True)
class Figure:
    what: str
    value: float
    unit: str
    within: float | None = None
    """The bound, if there is one."""

    @property
    def holds(self) -> bool:
        return self.within is None or self.value <= self.within


def main() -> int:
    parser = argparse.ArgumentParser(prog="bin/drawing-bench", description="Measures what drawing messages costs.")
    parser.add_argument("--quick", action="store_true", help="a tenth of the storm")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with ExitStack() as stack:
        figures = list(measure(open_room(stack), 5 if options.quick else 50))
    print(json.dumps([asdict(figure) for figure in figures], indent=2) if options.json else table(figures))
    return 0 if all(figure.holds for figure in figures) else 1


def open_room(stack: ExitStack) -> "Browser":
    """Start a site, and return a browser with one of its rooms open."""
    django.setup()
    from accounts.models import User
    from chat.services.rooms import membership
    from chat.tests.browser.pages import Tab
    from testing.browsers import Chromium
    from testing.processes import Server, Valkey

    valkey = Valkey(settings.DATA_DIR).start()
    stack.callback(valkey.stop)
    call_command("migrate", verbosity=0)
    user = User.objects.create_user("reader", display_name="Reader")
    room = membership.create_room(user, "a busy room")
    server = Server(settings.DATA_DIR / "server.log").start()
    stack.callback(server.stop)
    profile = stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
    chromium = Chromium(Path(profile))
    stack.callback(chromium.quit)
    browser = chromium.open()
    Tab(browser, server, user).open_room(room)
    return browser


def measure(browser: "Browser", seconds: float) -> Iterator[Figure]:
    from chat.tests.browser.drawing import Drawing

    drawing = Drawing(browser)
    for length in (60, FULL):
        drawing.fill(length)
        yield from one_message(drawing, length)
    yield from typing(drawing, seconds)
    yield from storm(drawing, seconds)


def one_message(drawing: "Drawing", length: int) -> Iterator[Figure]:
    cost = drawing.cost_of_one(SAMPLE)
    name = f"one message, {length} drawn"
    yield Figure(f"{name}: style", cost.style, "ms")
    yield Figure(f"{name}: layout", cost.layout, "ms")
    yield Figure(f"{name}: both", cost.both, "ms", within=8)
    yield Figure(f"{name}: styles computed", cost.styles, "times")
    yield Figure(f"{name}: layouts computed", cost.layouts, "times")


def storm(drawing: "Drawing", seconds: float) -> Iterator[Figure]:
    drawing.begin_stream(STORM_RATE, seconds)
    drawing.end_stream()
    tasks = drawing.tasks()
    name = f"{STORM_RATE} messages a second for {seconds:g} s"
    yield Figure(f"{name}: tasks over 50 ms", len(tasks), "tasks")
    yield Figure(f"{name}: the longest", max(tasks, default=0), "ms", within=200)


def typing(drawing: "Drawing", seconds: float) -> Iterator[Figure]:
    """Type while messages arrive. Events that the browser does not record took less than 16 ms."""
    field = drawing.browser.find_element("css selector", "textarea[name=body]")
    field.click()
    drawing.begin_stream(TYPING_RATE, seconds)
    pressed = 0
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        field.send_keys("a")
        pressed += 1
        time.sleep(1 / KEYS_A_SECOND)
    drawing.end_stream()
    field.clear()
    slow = sorted(drawing.keys())
    events = max(3 * pressed, len(slow))  # of each key: down, press, up
    name = f"a key at {TYPING_RATE} messages a second"
    for share in (50, 95, 99):
        at = int(events * share / 100) - (events - len(slow))
        within = 50 if share == 95 else None
        yield Figure(f"{name}: p{share} to the paint", slow[at] if at >= 0 else 16, "ms", within)


def table(figures: list[Figure]) -> str:
    lines = ["| what | measured | required |", "| --- | ---: | ---: |"]
    for each in figures:
        bound = "" if each.within is None else f"at most {each.within:g}"
        lines.append(f"| {each.what} | {each.value:,.1f} {each.unit} | {bound} |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
