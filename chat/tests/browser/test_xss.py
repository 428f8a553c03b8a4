"""Attempts to inject scripts, in a real browser: none runs, and the policy has nothing to block."""

from collections.abc import Callable

import pytest

from accounts.models import User
from chat.models import Room
from chat.tests.browser.pages import OpenTab, Tab
from chat.tests.helpers.xss import plant
from testing.processes import Server
from testing.waiting import eventually

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# Runs in the page before its own scripts.
WATCH = """
window.violations = [];
addEventListener("securitypolicyviolation", event => violations.push(`${event.violatedDirective} ${event.blockedURI}`));
window.alert = window.confirm = window.prompt = () => { window.hacked = "a dialog"; };
"""
FOREIGN = """performance.getEntriesByType("resource").map(entry => entry.name)
    .filter(name => new URL(name).origin !== location.origin && !name.startsWith("data:"))"""
LINKS = "[...document.querySelectorAll('.body a')].map(link => link.href)"


@pytest.mark.row(38)
def test_a_site_full_of_injections_runs_none_of_them(
    tab: OpenTab, servers: Callable[..., Server], alice: User, bob: User, general: Room
) -> None:
    alice.is_staff = True
    alice.save()
    plant(alice, bob, general)
    hers = tab(alice, on=servers(ROOMFUL_PAGE_LENGTH="1000"))
    hers.browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": WATCH})
    hers.open_room(general)
    eventually(lambda: len(hers.stored()) > 100, within=30)
    assert any("<script>hacked=1</script>" in body for body in hers.stored())
    links = hers.read(LINKS)
    assert len(links) > 5
    assert all(link.startswith(("https://", "mailto:")) for link in links)
    hers.person("bob").click()
    assert eventually(hers.card)
    check_that_nothing_happened(hers)
    for path in (
        "/",
        "/site/",
        "/site/rooms/",
        "/site/people/",
        "/site/reports/",
        "/site/audit/",
        "/site/announcements/",
    ):
        hers.go(path)
        check_that_nothing_happened(hers)
    for page in ("", "members/", "moderation/", "reports/", "log/"):
        hers.go(f"/rooms/{general.pk}/settings/{page}")
        check_that_nothing_happened(hers)


def check_that_nothing_happened(tab: Tab) -> None:
    assert tab.read("document.body.textContent.includes('hacked')") or "/settings/" in tab.browser.current_url
    assert tab.read("window.hacked ?? null") is None
    assert tab.read("window.violations") == []
    assert tab.read(FOREIGN) == []
    assert tab.complaints() == []
