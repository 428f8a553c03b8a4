"""Tries every address and every command as each kind of user, and compares with the table of permissions."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from fnmatch import fnmatchcase
from functools import partial
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone
from websockets.exceptions import InvalidStatus

from accounts.models import Invitation, User
from chat import frames
from chat.commands import HANDLERS
from chat.models import Room
from chat.services import announcements, invitations, messages, reports, rooms
from chat.services.actor import Actor
from chat.tests.helpers import access
from chat.tests.helpers.access import COMMANDS, FORMS, PAGES, SENT, Row
from chat.tests.helpers.addresses import Address, addresses
from chat.tests.helpers.talk import in_thread
from conftest import make_person
from project.testing.processes import UNLIMITED, Server
from project.testing.sockets import Client as Socket
from project.testing.sockets import Refused, open_socket, session_cookie

OUTCOMES = {400: "bad", 401: "refused", 403: "refused", 404: "nothing", 405: "not so", 409: "form", 422: "form"}
TO_SIGN_IN = ("/accounts/login/", "/admin/login/")
TO_CONFIRM = ("/accounts/reauthenticate/", "/accounts/2fa/reauthenticate/")
CHANGING = ("open", "form", "leads on")  # how a page may answer that has done something
CODES = {"not_found": "nothing", "forbidden": "refused"}

# That somebody was there is noted with whatever they do.
NOTED = {"django_session", "usersessions_usersession", "chat_status"}

ORIGIN = settings.ALLOWED_ORIGINS[0]
PASSWORD = "{password}"  # of whoever sends the form
NO_ID = 999_999
NOWHERE = "nowhere"  # for what nothing else is known to stand in an address


@pytest.fixture
def carol(db: None) -> User:
    return make_person("carol", "Carol")


@pytest.fixture
def administrator(db: None) -> User:
    """With a second factor, as everybody who runs the site should have one."""
    ada = make_person("ada", "Ada")
    User.objects.filter(pk=ada.pk).update(is_staff=True, is_superuser=True)
    Authenticator.objects.create(user=ada, type=Authenticator.Type.TOTP, data={"secret": "A" * 32})
    return User.objects.get(pk=ada.pk)


@pytest.fixture
def values(
    alice: User, bob: User, mallory: User, carol: User, administrator: User, secret: Room, general: Room
) -> dict[str, Any]:
    """What stands in addresses and forms: a private room with Carol in it, to whom all is done, and what it has."""
    rooms.add_member(secret.pk, carol)
    said = messages.post_message(bob, secret.pk, body="Between us", client_id=uuid4())
    reported = reports.report_message(carol, secret.pk, said.pk, "Rude")
    invite, token = invitations.make_link(Actor(alice), secret.pk)
    announced = announcements.announce(Actor(administrator), "Tea at four")
    session = UserSession.objects.create(user=carol, session_key=session_cookie(carol), ip="192.0.2.7", user_agent="")
    key = Authenticator.objects.create(user=carol, type=Authenticator.Type.WEBAUTHN, data={"name": "Key"})
    return {
        "room_id": secret.pk,
        "public": general.pk,
        "message_id": said.pk,
        "person_id": bob.pk,
        "user_id": carol.pk,
        "session_id": session.pk,
        "connection_id": "a" * 32,
        "invite_id": invite.pk,
        "report_id": reported.pk if reported else 0,
        "announcement_id": announced.pk,
        "invitation_id": Invitation.objects.create(digest="a" * 64).pk,
        "token": token,
        "pk": key.pk,
        "id": carol.pk,
        "content_type_id": 1,
        "app_label": "chat",
        "password": PASSWORD,
    }


class TestPages:
    @pytest.fixture(autouse=True)
    def _unlimited(self, settings: Any) -> None:
        settings.ACCOUNT_RATE_LIMITS = False

    @pytest.mark.django_db
    def test_each_page_answers_each_visitor_as_the_table_says(
        self, values: dict[str, Any], alice: User, bob: User, mallory: User, administrator: User
    ) -> None:
        visitors = [Visitor(user) for user in people(alice, bob, mallory, administrator).values()]
        before, seen = stored(), dict[str, tuple[Row, Row]]()
        for name, address in tried():
            path, form = address.path(filled(name, address, values)), filled_in(FORMS.get(name, {}), values)
            got = Row(*(outcome(visitor.get, path, before) for visitor in visitors))
            posted = Row(*(outcome(partial(visitor.post, form=form), path, before) for visitor in visitors))
            seen[name] = got, posted
        check_rows("PAGES", PAGES, seen)

    def test_the_table_has_no_row_too_many(self) -> None:
        names = {address.name for address in addresses()}
        assert not [row for row in PAGES if not any(fnmatchcase(name, row.partition(",")[0]) for name in names)]
        assert FORMS.keys() <= names | PAGES.keys()


class TestCommands:
    @pytest.mark.django_db(transaction=True)
    async def test_each_command_answers_each_user_as_the_table_says(
        self, servers: Callable[..., Server], alice: User, bob: User, mallory: User, carol: User, administrator: User
    ) -> None:
        known = people(alice, bob, mallory, administrator)
        asked = await in_thread(commands)(known, carol)
        server, seen = servers(**UNLIMITED), dict[str, dict[str, str]]()
        with pytest.raises(InvalidStatus) as refused:
            await open_socket(server)
        assert refused.value.response.status_code == 403
        for person, user in known.items():
            if user:
                async with Socket(server, user) as socket:
                    for name, members in asked[person].items():
                        seen.setdefault(name, {"nobody": "refused"})[person] = await outcome_of(socket, name, members)
        check_rows("COMMANDS", COMMANDS, {name: Row(**row) for name, row in seen.items()})

    def test_every_command_has_a_row_and_every_row_a_command(self) -> None:
        assert HANDLERS.keys() == set(frames.COMMANDS)
        assert names_of_commands() == {row.partition(",")[0] for row in COMMANDS}


def people(alice: User, bob: User, mallory: User, administrator: User) -> dict[str, User | None]:
    """Who stands in which column of the table."""
    return dict(zip(Row._fields, (None, mallory, bob, alice, administrator), strict=True))


# -- Pages -------------------------------------------------------------------------------------------------------------


class Visitor:
    """Somebody's browser, in which they signed in some time ago: what is sensitive asks again who they are."""

    def __init__(self, user: User | None) -> None:
        self.client = Client(raise_request_exception=False, headers={"host": urlsplit(ORIGIN).netloc, "origin": ORIGIN})
        self.password = f"{user.username}'s password" if user else ""
        self.session = session_cookie(user) if user else ""
        if user and user.is_staff:
            self._note_the_second_factor()

    def get(self, path: str) -> Any:
        return self._with_cookie().get(path)

    def post(self, path: str, form: dict[str, Any]) -> Any:
        own = {name: self.password if value == PASSWORD else value for name, value in form.items()}
        return self._with_cookie().post(path, own)

    def _with_cookie(self) -> Client:
        """As it was at first, whatever answers have made of it since."""
        self.client.cookies.clear()
        if self.session:
            self.client.cookies[settings.SESSION_COOKIE_NAME] = self.session
        return self.client

    def _note_the_second_factor(self) -> None:
        session = SessionStore(self.session)
        session["account_authentication_methods"] = [
            {"method": "password", "at": 0},
            {"method": "mfa", "type": "totp", "at": 0},
        ]
        session.save()


def tried() -> Iterator[tuple[str, Address]]:
    """All addresses, and those once more that the table has in a variant: `chat:join, public`."""
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
    """Something that stands in the table which that page of the admin changes."""
    try:
        _, _, app, model_name, *_ = [*route.split("/"), ""]
        model = apps.get_model(app, model_name)
    except LookupError:
        return NOWHERE
    found = model._default_manager.order_by("pk").first()
    return found.pk if found else NOWHERE


def outcome(ask: Callable[[str], Any], path: str, before: object) -> str:
    """What comes of it, in the words of the table. Whatever is done is undone."""
    cache.clear()  # nobody is limited by what was tried before
    with transaction.atomic():
        response = ask(path)
        word, is_changed = as_word(response), stored() != before
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


def stored() -> list[Any]:
    """All that could be changed."""
    with connection.cursor() as cursor:
        rows = []
        for table in sorted({model._meta.db_table for model in apps.get_models()} - NOTED):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)} ORDER BY 1")
            rows.append((table, cursor.fetchall()))
    return rows


# -- Commands ----------------------------------------------------------------------------------------------------------


def names_of_commands() -> set[str]:
    return {str(kind.__struct_config__.tag) for kind in frames.COMMANDS}


def commands(known: dict[str, User | None], carol: User) -> dict[str, dict[str, dict[str, Any]]]:
    """The commands that each of them sends: each about a room of its own, so that none finds what another has done."""
    owner, member = known["owner"], known["member"]
    assert owner
    assert member
    names = sorted(names_of_commands() | COMMANDS.keys())
    with transaction.atomic():
        signed_in = [person for person, user in known.items() if user]
        return {person: {name: command(name, owner, member, carol) for name in names} for person in signed_in}


def command(name: str, owner: User, member: User, carol: User) -> dict[str, Any]:
    kind = Room.Kind.PUBLIC if name.endswith(", public") else Room.Kind.PRIVATE
    room = rooms.create_room(owner, f"room-{uuid4().hex[:12]}", kind=kind)
    for user in (member, carol):
        rooms.add_member(room.pk, user)
    said = messages.post_message(member, room.pk, body="Between us", client_id=uuid4())
    messages.post_message(owner, room.pk, body="Yes", client_id=uuid4(), thread=said.pk)
    soon = (timezone.now() + timedelta(hours=1)).isoformat()
    values = {
        "room": room.pk,
        "message": said.pk,
        "user": carol.pk,
        "name": room.name,
        "uuid": str(uuid4()),
        "soon": soon,
    }
    return {"room": room.pk} | filled_in(SENT.get(name, {}), values)


async def outcome_of(socket: Socket, name: str, members: dict[str, Any]) -> str:
    """What comes of it; a tab of whoever may see the room shows it."""
    with suppress(Refused):
        await socket.command("room.open", room=members["room"])
    before = await in_thread(stored)()
    try:
        await socket.command(name.partition(",")[0], **members)
    except Refused as refused:
        word = CODES.get(refused.code, refused.code)
        return word if await in_thread(stored)() == before else f"{word}, but changed something"
    return "done"


# -- The table ---------------------------------------------------------------------------------------------------------


def check_rows(table: str, expected: dict[str, Any], seen: dict[str, Any]) -> None:
    """Where it is not as the table says, say what it would have to say, to be judged before it is pasted."""
    wrong = {name: found for name, found in seen.items() if not agrees(found, row_of(name, expected))}
    lines = [f"    {name!r}: {as_code(found)},".replace("'", '"') for name, found in wrong.items()]
    if lines:
        pytest.fail("\n".join([f"Seen, and not in {table} of chat/tests/helpers/access.py:", *lines]), pytrace=False)


def row_of(name: str, expected: dict[str, Any]) -> Any:
    """A name's own row, or that of the first pattern that it fits."""
    return expected.get(name) or next((row for pattern, row in expected.items() if fnmatchcase(name, pattern)), None)


def agrees(seen: Any, expected: Any) -> bool:
    """Where several outcomes are right, the table has all of them: `open | refused`."""
    if expected is None:
        return False
    if isinstance(seen, str):
        return seen in expected.split(" | ")
    return all(agrees(*pair) for pair in zip(seen, expected, strict=True))


def as_code(found: Any) -> str:
    """By the name that the table has for it, where it has one."""
    if not isinstance(found, Row):
        return f"({', '.join(map(as_code, found))})"
    named = (name for name, value in vars(access).items() if isinstance(value, Row) and value == found)
    return next(named, f"Row{tuple(found)}")


def filled_in(members: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    """With the values for which `{their_name}` stands."""
    return {name: value_for(value, values) for name, value in members.items()}


def value_for(value: Any, values: dict[str, Any]) -> Any:
    if isinstance(value, list):
        return [value_for(each, values) for each in value]
    return values[value[1:-1]] if isinstance(value, str) and value.startswith("{") else value
