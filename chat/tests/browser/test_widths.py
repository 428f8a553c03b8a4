"""Layout with names of any length: no page is wider than its window, and all buttons can be reached.

One session is for the room, one for the other pages. It resizes its window, which costs less than opening another.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.template.loader import render_to_string

from accounts.models import User
from accounts.overload import Overloaded
from chat.tests.browser.pages import OpenTab, Tab
from chat.tests.helpers.widest import Widest, fill_widest
from testing.waiting import eventually

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OVERFLOW = Path(__file__).with_name("overflow.js").read_text()
WALK = f"{OVERFLOW}; const done = arguments[0]; walk().then(done, ({{ stack }}) => done([stack]))"
WIDTHS = (320, 360, 390, 820, 1024, 1280, 1440, 1920)
HEIGHT = 800
ACCOUNT = (
    "/accounts/profile/",
    "/accounts/profile/export/",
    "/accounts/profile/delete/",
    "/accounts/email/",
    "/accounts/password/change/",
    "/accounts/2fa/",
    "/accounts/2fa/totp/activate/",
    "/accounts/2fa/webauthn/add/",
    "/accounts/reauthenticate/",
    "/accounts/sessions/",
    "/accounts/logout/",
    "/people/blocked/",
)
SETTINGS = ("", "members/", "invites/", "moderation/", "reports/", "log/", "removal/")
SITE = ("", "rooms/", "people/", "invitations/", "connections/", "reports/", "announcements/", "audit/")
ENTRANCE = (
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/login/code/",
    "/accounts/password/reset/",
    "/accounts/claim/",
    "/accounts/inactive/",
    "/join/nonsense/",
)


@pytest.fixture
def widest(alice: User, bob: User, mallory: User) -> Widest:
    return fill_widest(alice, bob, mallory)


def resize(tab: Tab, width: int) -> None:
    metrics = {"width": width, "height": HEIGHT, "deviceScaleFactor": 1, "mobile": False}
    tab.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)


def still(tab: Tab) -> None:
    """Make drawers and menus open without a transition."""
    features = [{"name": "prefers-reduced-motion", "value": "reduce"}]
    tab.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})


def overflow(tab: Tab, name: str) -> Iterator[str]:
    for width in WIDTHS:
        resize(tab, width)
        yield from tab.browser.execute_script(f"{OVERFLOW}; return overflow(arguments[0])", name)


def walk(tab: Tab) -> Iterator[str]:
    """Show each state of the room, in each width."""
    for width in WIDTHS:
        resize(tab, width)
        tab.browser.set_script_timeout(60)
        yield from tab.browser.execute_async_script(WALK)


def test_a_room_is_as_wide_as_its_window_in_each_state(tab: OpenTab, alice: User, widest: Widest) -> None:
    page = tab(alice)
    still(page)
    page.open_room(widest.room)
    eventually(lambda: page.all("announcement-banner p"))
    assert "\n".join(walk(page)) == ""
    page.open_room(widest.direct)
    assert "\n".join(overflow(page, "direct")) == ""
    assert not page.complaints()


def test_every_other_page_is_as_wide_as_its_window(
    tab: OpenTab, alice: User, bob: User, mallory: User, widest: Widest
) -> None:
    page, stranger, outsider = tab(alice), tab(), tab(mallory)
    for each in (page, stranger, outsider):
        still(each)
    room = widest.room.get_absolute_url()
    paths = ["/", "/rooms/new/", *ACCOUNT, *(f"{room}settings/{name}" for name in SETTINGS)]
    paths += [*(f"/site/{name}" for name in SITE), f"/site/people/{bob.pk}/"]
    problems = list(look(page, *paths))
    problems += look(stranger, *ENTRANCE, widest.site_link)
    problems += look(outsider, widest.room_link, room, "/no/such/page/", "/site/")
    for name, answer in refusals().items():
        stranger.go("/accounts/login/")
        show(stranger, answer)
        eventually(lambda: stranger.read("[...document.styleSheets].every(({ cssRules }) => cssRules.length)"))
        problems += overflow(stranger, name)
    assert "\n".join(problems) == ""


def look(tab: Tab, *paths: str) -> Iterator[str]:
    for path in paths:
        tab.go(path)
        yield from overflow(tab, path)


def show(tab: Tab, html: str) -> None:
    frame = tab.browser.execute_cdp_cmd("Page.getFrameTree", {})["frameTree"]["frame"]["id"]
    tab.browser.execute_cdp_cmd("Page.setDocumentContent", {"frameId": frame, "html": html})


def refusals() -> dict[str, str]:
    """Return the error pages as a server in trouble builds them."""
    again = {
        "token": "token",
        "kept": [("body", "w" * 500)],
        "passwords": ["password"],
        "files": ["picture"],
    }
    refused = {
        "error": Overloaded("hashing", 5.0),
        "again": again,
        "address": "/accounts/login/",
        "site_name": "w" * 80,
    }
    contexts: dict[str, dict[str, Any]] = {"503.html": refused, "chat/too_much.html": {"seconds": 5}}
    names = (
        "503.html",
        "429.html",
        "chat/too_much.html",
        "403.html",
        "403_csrf.html",
        "403_foreign.html",
        "404.html",
        "500.html",
    )
    return {name: render_to_string(name, contexts.get(name, {})) for name in names}
