"""Injections from xss.toml: helpers to store them everywhere, and to find live markup in HTML."""

import re
import tomllib
from contextlib import suppress
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from uuid import uuid4

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from chat.errors import Invalid
from chat.models import Message, Room
from chat.models.room import NAME_LENGTH
from chat.permissions.actor import Actor
from chat.services.messages import posting
from chat.services.moderation import mutes, reports
from chat.services.people import status
from chat.services.rooms import membership
from chat.services.site import announcements

PAYLOADS: list[str] = [
    payload for family in tomllib.loads((Path(__file__).parent / "xss.toml").read_text()).values() for payload in family
]

# Attributes that may hold text, since browsers only show it.
SHOWN = {"value", "title", "alt", "aria-label", "placeholder"}
ADDRESSES = {"href", "src", "action", "formaction", "data", "poster", "srcset", "xlink:href", "background", "ping"}
RUNS = {"style", "srcdoc", "http-equiv"}
ALLOWED_SCHEMES = {"", "http", "https", "mailto", "data"}  # `data` for pictures only


class Reader(HTMLParser):
    """A parser that is independent of the parsers that produce our HTML, and notes all markup that could run."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self._inside: str | None = None
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        is_data = attributes.get("type") == "application/json"
        self._inside = tag if tag in ("script", "style") and not is_data else None
        self.found += [f"<{tag} {name}={value!r}>" for name, value in attributes.items() if is_live(tag, name, value)]

    def handle_endtag(self, tag: str) -> None:
        self._inside = None

    def handle_data(self, data: str) -> None:
        if self._inside and data.strip():
            self.found.append(f"<{self._inside}>{data}")

    def handle_comment(self, data: str) -> None:
        if "hacked" in data:
            self.found.append(f"<!--{data}-->")

    def handle_pi(self, data: str) -> None:
        self.handle_comment(data)

    def unknown_decl(self, data: str) -> None:
        self.handle_comment(data)


def is_live(tag: str, name: str, value: str) -> bool:
    """Return True if an attribute could run an injection."""
    if name in ADDRESSES:
        scheme = scheme_of(value)
        return scheme not in ALLOWED_SCHEMES or (scheme == "data" and not value.startswith("data:image/"))
    return (
        name.startswith("on") or name in RUNS or ("hacked" in value and not (name in SHOWN or name.startswith("data-")))
    )


def scheme_of(address: str) -> str:
    """Return the scheme as browsers find it: they drop invisible characters first."""
    found = re.match(r"([a-z][a-z0-9+.-]*):", re.sub(r"[\x00-\x20]", "", address).lower())
    return found[1] if found else ""


def live_parts(html: str) -> list[str]:
    return Reader(html).found


@transaction.atomic
def plant(owner: User, author: User, room: Room) -> list[Room]:
    """Store every injection as message, name, topic, reason, status and announcement, and return the rooms named so.

    An injection that a service refuses is skipped, and NUL is left out, since databases do not store it.
    """
    planted = []
    for number, payload in enumerate(payload.replace("\0", "") for payload in PAYLOADS):
        person = User.objects.create(username=f"somebody-{number}", display_name=payload[:NAME_LENGTH])
        membership.add_member(room.pk, person)
        until, by = timezone.now() + timedelta(hours=1), Actor(owner, "192.0.2.7")
        message = said(author, room, payload)
        with suppress(Invalid):
            reports.report_message(person, room.pk, message.pk, payload)
        with suppress(Invalid):
            mutes.mute(by, room.pk, person.pk, until=until, reason=payload)
        with suppress(Invalid):
            status.set_status(person, mode="auto", text=payload)
        with suppress(Invalid):
            announcements.announce(by, payload)
        with suppress(Invalid):
            planted.append(membership.create_room(owner, payload[:NAME_LENGTH], topic=payload, description=payload))
    return planted


def said(author: User, room: Room, payload: str) -> Message:
    return posting.post_message(author, room.pk, body=payload, client_id=uuid4())
