"""Reports and announcements as events in open tabs, over real servers."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from chat.models import Announcement, Room
from chat.permissions.actor import SITE, Actor
from chat.services.moderation import reports
from chat.services.site import announcements
from chat.tests.helpers.talk import in_thread, member, post
from testing.length import Length
from testing.processes import Server
from testing.sockets import Client, Refused

pytestmark = pytest.mark.django_db(transaction=True)

SOON = 45  # seconds: the check comes every 15 s, unless the waits are shortened


async def test_those_who_moderate_hear_how_many_reports_wait_and_nobody_else(
    server: Server, alice: User, bob: User, general: Room
) -> None:
    carol = await in_thread(member)(general, "carol")
    async with Client(server, alice) as a, Client(server, bob) as b, Client(server, carol) as c:
        message = await post(b, general, "Rude words")
        asked = {"room": general.pk, "message": message["id"]}
        with pytest.raises(Refused, match="Tell us why"):
            await c.command("message.report", **asked, reason=" ")
        ack = await c.command("message.report", **asked, reason="Rude")
        assert ack.keys() == {"type", "id"}
        assert await a.event("reports.counted", room=general.pk) == {
            "type": "reports.counted",
            "room": general.pk,
            "open": 1,
        }
        made = await in_thread(general.reports.get)()
        await in_thread(reports.settle)(Actor(alice), made.pk, "dismissed")
        await a.event("reports.counted", room=general.pk, open=0)
        for client in (b, c):
            await post(client, general, "Still here")
            assert not client.seen("reports.counted")


async def test_everyone_gets_announcements_and_their_end_even_if_an_event_is_lost(
    servers: Callable[..., Server], alice: User, bob: User, length: Length
) -> None:
    one, other = servers(), servers()
    async with Client(one, alice) as a, Client(other, bob) as b:
        assert "announcement" not in a.hello
        made = await in_thread(announcements.announce)(SITE, "Closed on Friday")
        for client in (a, b):
            told = (await client.event("site.announced"))["announcement"]
            assert (told["id"], told["text"], told["until"]) == (made.pk, "Closed on Friday", None)
        async with Client(other, alice) as late:
            assert late.hello["announcement"] == told
        await in_thread(announcements.end)(SITE, made.pk)
        for client in (a, b):
            assert await client.event("site.announced") == {"type": "site.announced", "announcement": None}

        # No event was sent about this one, and none is sent when it expires.
        until = timezone.now() + timedelta(seconds=length.pick(full=20, short=3))
        await Announcement.objects.acreate(text="Back in a moment", until=until)
        for client in (a, b):
            told = (await client.event("site.announced", timeout=SOON))["announcement"]
            assert told["text"] == "Back in a moment"
        for client in (a, b):
            assert (await client.event("site.announced", timeout=SOON))["announcement"] is None
