"""The cost of drawing messages in a page, measured by the browser."""

from dataclasses import dataclass
from pathlib import Path

from testing.browsers import Browser

FEED = Path(__file__).with_name("drawing.js").read_text()
STYLE, LAYOUT = "UpdateLayoutTree", "Layout"  # names in the browser's trace
MICROSECONDS = 1000  # in a millisecond


@dataclass(frozen=True, slots=True)
class Cost:
    """Milliseconds of the page's main thread for each message, and how often styles and layout were computed."""

    style: float
    layout: float
    styles: float
    layouts: float

    @property
    def both(self) -> float:
        return self.style + self.layout


class Drawing:
    """A tab in a room, which receives messages that no server sent."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        browser.set_script_timeout(300)
        browser.execute_script(FEED)

    def fill(self, length: int) -> None:
        """Draw `length` messages."""
        self._run(f"feed.fill({length}); return feed.postOneByOne(2)")

    def cost_of_one(self, messages: int) -> Cost:
        """Post messages one by one, and return the cost of each. Other programs on the machine do not count."""
        with self.browser.chromium.traced("devtools.timeline") as events:
            self._run(f"return feed.postOneByOne({messages})")
        spent = {
            name: [each.get("tdur", each["dur"]) for each in events if each["name"] == name and each["ph"] == "X"]
            for name in (STYLE, LAYOUT)
        }
        return Cost(
            style=sum(spent[STYLE]) / MICROSECONDS / messages,
            layout=sum(spent[LAYOUT]) / MICROSECONDS / messages,
            styles=len(spent[STYLE]) / messages,
            layouts=len(spent[LAYOUT]) / messages,
        )

    def begin_stream(self, rate: int, seconds: float) -> None:
        """Start a stream of messages, and clear earlier measurements."""
        self.browser.execute_script(
            "feed.tasks.length = 0; feed.keys.length = 0; window.streamed = feed.stream(arguments[0], arguments[1])",
            rate,
            seconds,
        )

    def end_stream(self) -> None:
        self._run("return window.streamed")

    def tasks(self) -> list[float]:
        """Return the durations of the long tasks, in milliseconds."""
        script = "return feed.tasks.map(({ duration }) => duration)"
        return [float(each) for each in self.browser.execute_script(script)]

    def keys(self) -> list[float]:
        """Return the milliseconds from key press to paint, for key presses that took at least 16."""
        script = "return feed.keys.filter(({ name }) => name.startsWith('key')).map(({ duration }) => duration)"
        return [float(each) for each in self.browser.execute_script(script)]

    def _run(self, script: str) -> None:
        self.browser.execute_async_script(f"const done = arguments[0]; (async () => {{ {script} }})().then(done)")
