"""Text that users enter stays text, in messages and on every page."""

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from accounts.models import User
from chat.errors import Invalid
from chat.markup.markdown import render, render_inline
from chat.models import Room
from chat.services.shared import validation
from chat.tests.helpers.xss import PAYLOADS, live_parts, plant

pytestmark = pytest.mark.row(38)

AROUND = ["{}", "> {}", "- {}", "**{}**", "[{}](https://example.org)", "[a]({})", "```html\n{}", "@bob {}", "a\n\n{}\n"]


@pytest.fixture
def site(alice: User) -> User:
    alice.is_staff = alice.is_superuser = True
    alice.save()
    return alice


@pytest.mark.parametrize("around", AROUND)
def test_an_injection_in_a_message_is_rendered_inert(around: str) -> None:
    for payload in PAYLOADS:
        for html in (render(around.format(payload)), render_inline(around.format(payload))):
            assert not live_parts(html), payload


def test_the_checker_finds_markup_that_is_live() -> None:
    # Otherwise the tests here would detect nothing.
    unsafe = [payload for payload in PAYLOADS if live_parts(payload)]
    assert len(unsafe) > 60


def test_an_injection_is_refused_as_a_username_and_as_an_emoji() -> None:
    username = User._meta.get_field("username")
    assert username.clean("bob", None) == "bob"
    for payload in PAYLOADS:
        with pytest.raises(ValidationError):
            username.clean(payload, None)
        with pytest.raises(Invalid):
            validation.clean_emoji(payload)


@pytest.mark.django_db
def test_every_page_shows_injections_as_text_and_data_is_not_served_as_html(
    site: User, bob: User, mallory: User, general: Room
) -> None:
    planted = plant(site, bob, general)
    assert len(planted) > 100
    mine, hers = Client(raise_request_exception=False), Client()
    mine.force_login(site)
    hers.force_login(mallory)
    seen = list(crawled(mine, pages_of(general, planted)))
    seen += crawled(hers, [reverse("chat:index"), *(reverse("chat:room", args=[room.pk]) for room in planted[::10])])
    for path, html in seen:
        assert not live_parts(html), path
    check_what_pages_ask_for(mine, general)
    text = unescape("".join(html for _, html in seen))
    shown = [payload for payload in PAYLOADS if payload in text]
    assert len(shown) > len(PAYLOADS) * 0.9  # some have NUL, or are refused by every service


def check_what_pages_ask_for(client: Client, general: Room) -> None:
    """Check that JSON and CSV answers with users' text are not shown as HTML when opened directly."""
    for name in ("chat:members", "chat:pins", "chat:threads"):
        check_is_data(client.get(reverse(name, args=[general.pk])))
    check_is_data(client.get(reverse("chat:history", args=[general.pk]), {"before": 10**6}))
    check_is_data(client.get(reverse("chat:people"), {"q": "somebody"}))
    exported = client.get(reverse("chat:site-admin:audit-export"))
    assert exported["Content-Type"].startswith("text/csv")
    assert exported["Content-Disposition"].startswith("attachment")


def check_is_data(response: Any) -> None:
    assert response.status_code == 200
    assert (response["Content-Type"], response["X-Content-Type-Options"]) == ("application/json", "nosniff")


def pages_of(general: Room, planted: list[Room]) -> list[str]:
    """Return all pages that show text of users. The list is explicit, since other pages need no check."""
    site_pages = ("overview", "rooms", "people", "reports", "audit", "announcements", "connections")
    settings_pages = ("general", "members", "invites", "moderation", "reports", "log", "removal")
    people = User.objects.filter(username__startswith="somebody").values_list("pk", flat=True)
    return [
        reverse("chat:index"),
        reverse("chat:room", args=[general.pk]),
        *(reverse(f"chat:site-admin:{name}") for name in site_pages),
        *(reverse("chat:site-admin:person", args=[pk]) for pk in people[::10]),
        *(reverse(f"chat:room-settings:{name}", args=[general.pk]) for name in settings_pages),
        *(reverse("chat:room-settings:general", args=[room.pk]) for room in planted[::5]),
        *(reverse("chat:room-settings:removal", args=[room.pk]) for room in planted[::20]),
        *(
            reverse(f"admin:{name}_changelist")
            for name in ("accounts_user", "chat_room", "chat_auditentry", "chat_report")
        ),
        *(reverse("admin:chat_room_change", args=[room.pk]) for room in planted[::20]),
    ]


def crawled(client: Client, paths: list[str]) -> Iterator[tuple[str, str]]:
    """Yield each page, and the following pages of its list."""
    for path in paths:
        waiting, seen = [path], set[str]()
        while waiting:
            address = waiting.pop()
            seen.add(address)
            response = client.get(address)
            assert response.status_code == 200, address
            html = response.content.decode()
            yield address, html
            older = [unescape(query) for query in re.findall(r'href="(\?(?:[^"]*&amp;)?(?:page|before)=[^"]*)"', html)]
            waiting += [path + query for query in older if path + query not in {*seen, *waiting}]
