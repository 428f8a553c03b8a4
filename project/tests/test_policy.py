"""The content security policy, and pages that follow it: scripts only by nonce, styles only from files."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse

from accounts.models import User
from chat.models import Room
from chat.services.rooms import membership
from chat.tests.browser.pages import Tab
from testing.browsers import Chrome
from testing.processes import Server

DEMANDED = {
    "default-src": "'none'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "form-action": "'self'",
    "style-src": "'self'",
}
OURS = {"require-trusted-types-for": "'script'", "trusted-types": "lit-html roomful"}
URLS = {"action", "formaction", "href", "poster", "src", "xlink:href"}
CODE = ("javascript:", "vbscript:", "data:text", "data:application")


class Reader(HTMLParser):
    """The scripts of a page, and the inline code that the policy would block."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.scripts: list[dict[str, str]] = []
        self.inline: list[str] = []
        self._in_code = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        if tag == "script" and named.get("type") != "application/json":
            self.scripts.append(named)
        self._in_code = tag == "style" or (tag == "script" and named.get("type") != "application/json")
        self.inline += [f"<{tag} {name}>" for name in named if name.startswith("on") or name == "style"]
        self.inline += [f"<{tag} {name}>" for name in named.keys() & URLS if is_code(named[name])]

    def handle_data(self, data: str) -> None:
        if self._in_code and data.strip():
            self.inline.append(data)

    def handle_endtag(self, tag: str) -> None:
        self._in_code = False


def is_code(address: str) -> bool:
    return re.sub(r"[\s\0]", "", address).lower().startswith(CODE)


def policy_of(answer: Any) -> dict[str, str]:
    parts = (part.strip().partition(" ") for part in answer["Content-Security-Policy"].split(";"))
    return {name: value for name, _, value in parts}


def pages(person: User, room: Room) -> Iterator[str]:
    yield from ("/", "/rooms/new/", "/nowhere/", room.get_absolute_url())
    for name in ("general", "members", "invites", "moderation", "reports", "log", "removal"):
        yield reverse(f"chat:room-settings:{name}", args=[room.pk])
    for name in ("overview", "rooms", "people", "connections", "reports", "audit", "announcements"):
        yield reverse(f"chat:site-admin:{name}")
    yield reverse("chat:site-admin:person", args=[person.pk])
    for name in ("email", "change_password", "logout", "reauthenticate"):
        yield reverse(f"account_{name}")
    for name in ("mfa_index", "mfa_activate_totp", "mfa_add_webauthn", "usersessions_list"):
        yield reverse(name)


ENTRANCE = ("account_login", "account_signup", "account_signup_by_passkey", "account_request_login_code")


@pytest.mark.django_db
def test_scripts_run_only_by_the_nonce_of_their_answer(admin_user: User) -> None:
    client, room = signed_in(admin_user), membership.create_room(admin_user, "general")
    with_scripts = set()
    for path in pages(admin_user, room):
        first, second = nonces_of(client.get(path, follow=True)), nonces_of(client.get(path, follow=True))
        assert not first & second
        with_scripts |= {path} if first else set()
    assert {"/", room.get_absolute_url(), reverse("chat:site-admin:rooms")} <= with_scripts
    for name in (*ENTRANCE, "account_reset_password"):
        nonces_of(Client().get(reverse(name), follow=True))


def signed_in(user: User) -> Client:
    """Sign in by password just now, because allauth's pages would ask for it otherwise."""
    client = Client()
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    client.post(reverse("account_login"), {"login": user.username, "password": "password"})
    return client


def nonces_of(answer: Any) -> set[str]:
    """Return the nonces of a page's scripts. Check that the policy has no others, and the page no other code."""
    policy, page = policy_of(answer), Reader(answer.text)
    assert policy.items() >= (DEMANDED | OURS).items()
    assert page.inline == [], answer.request["PATH_INFO"]
    nonces = {script["nonce"] for script in page.scripts}
    assert policy["script-src"].split() == [*(f"'nonce-{nonce}'" for nonce in nonces), "'strict-dynamic'"]
    assert all("src" in script for script in page.scripts)
    return nonces


@pytest.mark.django_db
def test_the_admin_runs_scripts_of_this_site_only(admin_user: User) -> None:
    client = signed_in(admin_user)
    for page in ("", "accounts/user/", f"accounts/user/{admin_user.pk}/change/", "presence/"):
        answer = client.get(f"/admin/{page}")
        assert answer.status_code == 200
        policy = policy_of(answer)
        assert policy.items() >= DEMANDED.items()
        assert policy["script-src"] == "'self'"
        assert Reader(answer.text).inline == []


@pytest.mark.parametrize("name", ["403.html", "403_csrf.html", "403_foreign.html", "404.html", "500.html"])
def test_error_pages_have_no_script(name: str) -> None:
    page = Reader(render_to_string(name))
    assert (page.scripts, page.inline) == ([], [])


SMUGGLE = """
const ran = [];
window.ran = (what) => ran.push(what);
const script = (values) => document.body.append(Object.assign(document.createElement("script"), values));
const attempt = (what) => { try { what(); } catch { ran.push("refused"); } };
attempt(() => script({ textContent: "window.ran('inline')" }));
const byHand = document.createElement("script");
byHand.append("window.ran('inline, by hand')");
document.body.append(byHand);
attempt(() => script({ src: "data:text/javascript,window.ran('data')" }));
attempt(() => { document.body.innerHTML += "<img src=x onerror=\\"window.ran('handler')\\">"; });
attempt(() => document.body.insertAdjacentHTML("beforeend", "<iframe srcdoc='<p>'></iframe>"));
attempt(() => trustedTypes.createPolicy("mine", { createHTML: (text) => text }));
const button = document.createElement("button");
attempt(() => button.setAttribute("onclick", "window.ran('onclick')"));
button.addEventListener("click", () => ran.push("our own code"));
button.click();
const link = Object.assign(document.createElement("a"), { href: "javascript:window.ran('link')" });
document.body.append(link);
link.click();
// The driver's own code may; the page's may not.
setTimeout(() => attempt(() => window.eval("window.ran('eval')")));
setTimeout(() => arguments[0](ran), 300);
"""


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_code_that_is_injected_into_a_page_does_not_run(browser: Chrome, server: Server, alice: User) -> None:
    room, tab = membership.create_room(alice, "general"), Tab(browser, server, alice)
    tab.open_room(room)
    tab.say("**Terns** over the dyke")
    assert tab.shows("Terns over the dyke")
    assert tab.complaints() == []
    ran: list[str] = browser.execute_async_script(SMUGGLE)
    assert set(ran) == {"refused", "our own code"}
    said = [str(entry["message"]) for entry in browser.get_log("browser")]  # type: ignore[no-untyped-call]
    assert [line for line in said if "Content Security Policy" in line]
