"""Real, headless Chromium."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from selenium.webdriver import Chrome, ChromeOptions, ChromeService

from project.testing.processes import Server
from project.testing.sockets import session_cookie

if TYPE_CHECKING:
    from accounts.models import User

__all__ = ["Chrome", "open_browser", "sign_in"]

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
    "--window-size=1280,900",
]


def open_browser(profile: Path) -> Chrome:
    """A browser of somebody's own: nothing is shared with another."""
    options = ChromeOptions()
    options.binary_location = path_of("chromium", "chromium-browser", "google-chrome")
    for flag in [*FLAGS, f"--user-data-dir={profile}"]:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return Chrome(options=options, service=ChromeService(path_of("chromedriver")))  # else Selenium asks the internet


def sign_in(browser: Chrome, server: Server, user: "User") -> None:
    browser.execute_cdp_cmd(
        "Network.setCookie",
        {"name": settings.SESSION_COOKIE_NAME, "value": session_cookie(user), "url": server.url, "httpOnly": True},
    )


def path_of(*programs: str) -> str:
    found = next(filter(None, map(shutil.which, programs)), None)
    assert found, f"No {' or '.join(programs)} on PATH: bin/test installs it, or says what to install."
    return found
