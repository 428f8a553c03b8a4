"""The table of permissions: every address and every command is tried as each kind of user."""

from collections.abc import Callable
from fnmatch import fnmatchcase
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from websockets.exceptions import InvalidStatus

from accounts.models import Invitation, User
from chat.handlers.dispatch import HANDLERS
from chat.models import Room
from chat.permissions.actor import Actor
from chat.protocol import decode
from chat.services.messages import posting
from chat.services.moderation import reports
from chat.services.rooms import invites, membership
from chat.services.site import announcements
from chat.tests.helpers.access.checks import check_rows, filled_in, stored
from chat.tests.helpers.access.commands import COMMANDS
from chat.tests.helpers.access.pages import FORMS, PAGES
from chat.tests.helpers.access.rows import Row
from chat.tests.helpers.access.senders import commands, names_of_commands, outcome_of
from chat.tests.helpers.access.visitors import PASSWORD, Visitor, filled, outcome, tried
from chat.tests.helpers.addresses import addresses
from chat.tests.helpers.talk import in_thread
from conftest import make_person
from testing.processes import UNLIMITED, Server
from testing.sockets import Client as Socket
from testing.sockets import open_socket, session_cookie


@pytest.fixture
def carol(db: None) -> User:
    return make_person("carol", "Carol")


@pytest.fixture
def administrator(db: None) -> User:
    """Create an administrator with a second factor, as recommended."""
    ada = make_person("ada", "Ada")
    User.objects.filter(pk=ada.pk).update(is_staff=True, is_superuser=True)
    Authenticator.objects.create(user=ada, type=Authenticator.Type.TOTP, data={"secret": "A" * 32})
    return User.objects.get(pk=ada.pk)


@pytest.fixture
def values(
    alice: User, bob: User, mallory: User, carol: User, administrator: User, secret: Room, general: Room
) -> dict[str, Any]:
    """Return values for addresses and forms: a private room, its contents, and Carol, a member to act on."""
    membership.add_member(secret.pk, carol)
    said = posting.post_message(bob, secret.pk, body="Between us", client_id=uuid4())
    reported = reports.report_message(carol, secret.pk, said.pk, "Rude")
    invite, token = invites.make_link(Actor(alice), secret.pk)
    announced = announcements.announce(Actor(administrator), "Tea at four")
    session = UserSession.objects.get(session_key=session_cookie(carol))
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
        """Switch off rate limits, and count in this process, where deleting the counts before each request is cheap."""
        settings.ACCOUNT_RATE_LIMITS = False
        settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

    @pytest.mark.django_db
    def test_each_page_answers_each_visitor_as_the_table_says(
        self, values: dict[str, Any], alice: User, bob: User, mallory: User, administrator: User, settings: Any
    ) -> None:
        settings.ADMIN_SECOND_FACTOR = True
        visitors = [
            Visitor(user, has_shown_factor=person != "factorless")
            for person, user in people(alice, bob, mallory, administrator).items()
        ]
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
        self,
        servers: Callable[..., Server],
        settings: Any,
        alice: User,
        bob: User,
        mallory: User,
        carol: User,
        administrator: User,
    ) -> None:
        settings.CHAT = settings.CHAT | {"ROOMS_MADE": 0}  # each command has its own room
        known = people(alice, bob, mallory, administrator)
        asked = await in_thread(commands)(known, carol)
        server, seen = servers(**UNLIMITED, ROOMFUL_ADMIN_SECOND_FACTOR="1"), dict[str, dict[str, str]]()
        with pytest.raises(InvalidStatus) as refused:
            await open_socket(server)
        assert refused.value.response.status_code == 403
        for person, user in known.items():
            if user:
                shown = user.is_staff and person != "factorless"
                cookie = await in_thread(session_cookie)(user, has_shown_factor=shown)
                async with Socket(server, user, cookie=cookie) as socket:
                    for name, members in asked[person].items():
                        seen.setdefault(name, {"nobody": "refused"})[person] = await outcome_of(socket, name, members)
        check_rows("COMMANDS", COMMANDS, {name: Row(**row) for name, row in seen.items()})

    def test_every_command_has_a_row_and_every_row_a_command(self) -> None:
        assert HANDLERS.keys() == set(decode.COMMANDS)
        assert names_of_commands() == {row.partition(",")[0] for row in COMMANDS}


def people(alice: User, bob: User, mallory: User, administrator: User) -> dict[str, User | None]:
    """Return the user of each column of the table."""
    return dict(zip(Row._fields, (None, mallory, bob, alice, administrator, administrator), strict=True))
