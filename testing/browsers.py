"""Real, headless Chromium: one process, with a separate user context for each user."""

import itertools
import json
import os
import shutil
import signal
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from selenium.webdriver import Chrome, ChromeOptions, ChromeService
from selenium.webdriver.remote.command import Command
from websockets.sync.client import connect

from testing.length import length
from testing.machine import patience
from testing.ports import Reservation
from testing.processes import Server
from testing.sockets import session_cookie

if TYPE_CHECKING:
    from accounts.models import User

__all__ = ["Browser", "Chrome", "Chromium", "sign_in"]

WIDTH, HEIGHT = 1280, 900
FLAGS = [
    "--headless=new",
    "--no-sandbox",  # Chromium refuses root with it
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--lang=en",
    f"--window-size={WIDTH},{HEIGHT}",
    # otherwise each window has two more pages, which are never seen
    "--disable-features=WebUIOmniboxAimPopup,WebUIOmniboxPopup",
]
ANSWER_SECONDS = 30


class Chromium:
    """A browser process. `open()` returns one user's browser in it.

    If installed, Chromium's headless shell is used: the same engine without windows, menus and extensions, at two
    thirds of the cost. At full length, and with `whole`, it is the complete browser.
    """

    def __init__(self, profile: Path, *, whole: bool = length.full) -> None:
        options = options_for_logs()
        shell = None if whole else shutil.which("chromium-headless-shell")
        options.binary_location = shell or path_of("chromium", "chromium-browser", "google-chrome")
        # With a profile that chromedriver did not choose, the shell opens no page, and chromedriver waits for one.
        for flag in FLAGS if shell else [*FLAGS, f"--user-data-dir={profile}"]:
            options.add_argument(flag)
        self._port = Reservation()  # Selenium would search for a free port, as other processes do at the same time
        # Without a path, Selenium asks the internet.
        self.service = ChromeService(path_of("chromedriver"), port=self._port.port)
        self._first = Chrome(options=options, service=self.service)
        self.address: str = self._first.capabilities["goog:chromeOptions"]["debuggerAddress"]
        with urllib.request.urlopen(f"http://{self.address}/json/version") as answer:
            url = json.load(answer)["webSocketDebuggerUrl"]
        self._socket = connect(url, proxy=None, max_size=None, legacy=True)
        self._ids = itertools.count(1)
        processes = self.call("SystemInfo.getProcessInfo")["processInfo"]
        self.pid: int = next(each["id"] for each in processes if each["type"] == "browser")

    def open(self) -> "Browser":
        return Browser(self)

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Call a method of the DevTools protocol on the browser itself; a WebDriver session reaches only pages."""
        number = next(self._ids)
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while (answer := self._read()).get("id") != number:
            pass
        assert "error" not in answer, (method, answer)
        result: dict[str, Any] = answer["result"]
        return result

    @contextmanager
    def traced(self, *categories: str) -> Iterator[list[dict[str, Any]]]:
        """Collect the browser's trace events during the block; the list is filled at its end."""
        events: list[dict[str, Any]] = []
        wanted = {"includedCategories": list(categories)}
        self.call("Tracing.start", transferMode="ReportEvents", traceConfig=wanted)
        yield events
        self._socket.send(json.dumps({"id": next(self._ids), "method": "Tracing.end"}))
        while (told := self._read()).get("method") != "Tracing.tracingComplete":
            if told.get("method") == "Tracing.dataCollected":
                events += told["params"]["value"]

    def _read(self) -> dict[str, Any]:
        message: dict[str, Any] = json.loads(self._socket.recv(timeout=patience(ANSWER_SECONDS)))
        return message

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)

    def quit(self) -> None:
        self._socket.close()
        self._first.quit()


class Browser(Chrome):
    """One user's browser: a separate WebDriver session, with the windows of one user context."""

    def __init__(self, chromium: Chromium) -> None:
        self.chromium = chromium
        self._context = chromium.call("Target.createBrowserContext")["browserContextId"]
        window = self._open_window()
        options = options_for_logs()
        options.debugger_address = chromium.address
        super().__init__(options=options, service=RunningService(chromium.service))
        self.switch_to.window(window)

    def execute(self, driver_command: Any, params: dict[str, Any] | None = None) -> dict[str, Any]:
        """Execute a WebDriver command. chromedriver knows no user contexts, so windows are opened and listed here."""
        if driver_command == Command.NEW_WINDOW:
            return {"value": {"handle": self._open_window(), "type": "tab"}}
        if driver_command == Command.W3C_GET_WINDOW_HANDLES:
            return {"value": self._windows()}
        return super().execute(driver_command, params)

    def execute_cdp_cmd(self, cmd: str, cmd_args: dict[str, Any]) -> Any:
        if cmd.startswith("Browser."):
            return self.chromium.call(cmd, browserContextId=self._context, **cmd_args)
        return super().execute_cdp_cmd(cmd, cmd_args)

    def quit(self) -> None:
        """End the user's pages without asking them, as when a browser is killed."""
        if self._context:
            self.chromium.call("Target.disposeBrowserContext", browserContextId=self._context)
            self._context = ""
            super().quit()

    def _open_window(self) -> str:
        target = self.chromium.call(
            "Target.createTarget",
            url="about:blank",
            browserContextId=self._context,
            newWindow=True,
            width=WIDTH,
            height=HEIGHT,
        )
        return str(target["targetId"])

    def _windows(self) -> list[str]:
        targets = self.chromium.call("Target.getTargets")["targetInfos"]
        return [
            str(target["targetId"])
            for target in targets
            if target["type"] == "page" and target.get("browserContextId") == self._context
        ]


class RunningService(ChromeService):
    """The chromedriver of another session. It is neither started nor stopped by this session."""

    def __init__(self, service: ChromeService) -> None:
        super().__init__(service.path, port=service.port)

    def start(self) -> None: ...

    def stop(self) -> None: ...


def options_for_logs() -> ChromeOptions:
    options = ChromeOptions()
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return options


def sign_in(browser: Chrome, server: Server, user: "User") -> None:
    browser.execute_cdp_cmd(
        "Network.setCookie",
        {"name": settings.SESSION_COOKIE_NAME, "value": session_cookie(user), "url": server.url, "httpOnly": True},
    )


def path_of(*programs: str) -> str:
    found = next(filter(None, map(shutil.which, programs)), None)
    assert found, f"No {' or '.join(programs)} on PATH: bin/test installs it, or says what to install."
    return found
