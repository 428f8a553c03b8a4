"""Visitors that request every page."""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

from django.apps import apps
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.test import Client

from accounts.models import User
from chat.tests.helpers.access.checks import noted_writes, stored
from chat.tests.helpers.access.pages import PAGES
from chat.tests.helpers.addresses import Address, addresses
from testing.sockets import session_cookie

OUTCOMES = {400: "bad", 401: "refused", 403: "refused", 404: "nothing", 405: "not so", 409: "form", 422: "form"}
TO_SIGN_IN = ("/accounts/login/", "/admin/login/")
TO_CONFIRM = ("/accounts/reauthenticate/", "/accounts/2fa/reauthenticate/")
CHANGING = ("open", "form", "leads on")  # outcomes of a page that may have changed data

ORIGIN = settings.ALLOWED_ORIGINS[0]
PASSWORD = "{password}"  # password of the user who sends the form
NO_ID = 999_999
NOWHERE = "nowhere"  # for unknown parameters of an address


class Visitor:
    """A browser with a session from some time ago, so that sensitive pages ask for the password again."""

    def __init__(self, user: User | None, *, has_shown_factor: bool = True) -> None:
        self.client = Client(raise_request_exception=False, headers={"host": urlsplit(ORIGIN).netloc, "origin": ORIGIN})
        self.password = f"{user.username}'s password" if user else ""
        self.session = session_cookie(user, has_shown_factor=user.is_staff and has_shown_factor) if user else ""

    def get(self, path: str) -> Any:
        return self._with_cookie().get(path)

    def post(self, path: str, form: dict[str, Any]) -> Any:
        own = {name: self.password if value == PASSWORD else value for name, value in form.items()}
        return self._with_cookie().post(path, own)

    def _with_cookie(self) -> Client:
        """Return the client with its first cookie, since answers may have changed it."""
        self.client.cookies.clear()
        if self.session:
            self.client.cookies[settings.SESSION_COOKIE_NAME] = self.session
        return self.client


def tried() -> Iterator[tuple[str, Address]]:
    """Yield all addresses, and again those with a variant in the table: `chat:join, public`."""
    for address in addresses():
        yield address.name, address
        yield from ((row, address) for row in PAGES if row.startswith(f"{address.name},"))


def filled(name: str, address: Address, values: dict[str, Any]) -> dict[str, object]:
    unknown = {name: NO_ID if f"<int:{name}>" in address.route else NOWHERE for name in address.parameters}
    filling = unknown | values
    if name.endswith(", public"):
        filling["room_id"] = values["public"]
    if "object_id" in address.parameters:
        filling["object_id"] = object_of(address.route)
    return filling


def object_of(route: str) -> object:
    """Return the id of a row that the admin page can change."""
    try:
        _, _, app, model_name, *_ = [*route.split("/"), ""]
        model = apps.get_model(app, model_name)
    except LookupError:
        return NOWHERE
    found = model._default_manager.order_by("pk").first()
    return found.pk if found else NOWHERE


def outcome(ask: Callable[[str], Any], path: str, before: object) -> str:
    """Request the page, roll its changes back, and return the outcome in the words of the table."""
    cache.clear()  # earlier requests must not count towards rate limits
    with transaction.atomic():
        with noted_writes() as writes:
            response = ask(path)
        word, is_changed = as_word(response), bool(writes) and stored() != before
        transaction.set_rollback(True)
    if not is_changed:
        return word
    return "done" if word in CHANGING and response.wsgi_request.method == "POST" else f"{word}, but changed something"


def as_word(response: Any) -> str:
    if "Location" in response.headers:
        path = response.headers["Location"].removeprefix(ORIGIN).partition("?")[0]
        return "sign in" if path in TO_SIGN_IN else "confirm" if path in TO_CONFIRM else "leads on"
    if response.status_code < 300:
        is_page = response.headers["Content-Type"].startswith("text/html")
        return "form" if is_page and response.wsgi_request.method == "POST" else "open"
    return OUTCOMES.get(response.status_code, f"{response.status_code}!")
