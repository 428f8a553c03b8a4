"""Read positions, as a user's tabs report and receive them."""

import pytest

from accounts.models import User
from chat.models import Room
from chat.tests.helpers.talk import post
from testing.in_process import InProcessServer
from testing.sockets import Client

pytestmark = pytest.mark.django_db(transaction=True)


async def test_a_report_of_reading_from_before_a_mark_as_unread_does_not_undo_it(
    site: InProcessServer, alice: User, bob: User, general: Room
) -> None:
    async with Client(site, alice) as a, Client(site, bob) as desk, Client(site, bob) as phone:
        first, last = [(await post(a, general, body))["position"] for body in ("First", "Last")]
        assert "marks" not in phone.hello["rooms"][0]
        read = await desk.command("room.read", room=general.pk, position=last, marks=0)
        assert read["position"] == last
        marked = await desk.command("room.unread", room=general.pk, position=last)
        assert marked["position"] == last - 1
        # The phone showed both messages before the mark, and its report arrives after it.
        late = await phone.command("room.read", room=general.pk, position=last, marks=0)
        assert late["position"] == last - 1
        moved = await phone.event("read.moved", marks=1)
        assert (moved["position"], moved["unread"]) == (last - 1, 1)
        now = await phone.command("room.read", room=general.pk, position=last, marks=moved["marks"])
        assert now["position"] == last
        async with Client(site, bob) as later:
            assert later.hello["rooms"][0]["marks"] == 1
        again = await desk.command("room.unread", room=general.pk, position=first)
        assert again["position"] == first - 1
        by_a_bot = await phone.command("room.read", room=general.pk, position=last)
        assert by_a_bot["position"] == last


async def test_a_mark_as_unread_ends_earlier_reports_though_there_was_nothing_to_move_back(
    site: InProcessServer, alice: User, bob: User, general: Room
) -> None:
    async with Client(site, alice) as a, Client(site, bob) as desk, Client(site, bob) as phone:
        before = desk.hello["rooms"][0]["last_read"]
        position = (await post(a, general, "Hello"))["position"]
        assert (await desk.command("room.unread", room=general.pk, position=position))["position"] == before
        late = await phone.command("room.read", room=general.pk, position=position, marks=0)
        assert late["position"] == before


async def test_a_tab_that_missed_a_mark_learns_of_it_when_its_report_is_ignored(
    site: InProcessServer, alice: User, bob: User, general: Room
) -> None:
    async with Client(site, alice) as a, Client(site, bob) as b:
        position = (await post(a, general, "Hello"))["position"]
        await b.command("room.unread", room=general.pk, position=position)
        await b.event("read.moved", marks=1)
        for missed in (0, 7):
            await b.command("room.read", room=general.pk, position=position, marks=missed)
            assert (await b.event("read.moved", marks=1))["unread"] == 1
