"""Acts of moderators, as events on the socket, over real servers."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.models import User
from chat.models import Room
from chat.tests.helpers.state import written
from chat.tests.helpers.talk import bodies, here, in_thread, open_room, post, roster, shows
from testing.processes import Server
from testing.rows import Measured
from testing.sockets import Client, Refused

pytestmark = pytest.mark.django_db(transaction=True)


def in_an_hour() -> str:
    return (timezone.now() + timedelta(hours=1)).isoformat()


async def refusal(client: Client, command: str, **members: Any) -> tuple[str, str]:
    with pytest.raises(Refused) as refused:
        await client.command(command, **members)
    return refused.value.code, refused.value.detail


def is_about(event: dict[str, Any], room: Room) -> bool:
    return event.get("room") == room.pk or str(room.pk) in (event.get("rooms") or {})


ENDS: dict[str, Callable[[Client, Client, Room, User], Any]] = {
    "removed": lambda a, b, room, bob: a.command("member.remove", room=room.pk, user=bob.pk, reason="Spam"),
    "banned": lambda a, b, room, bob: a.command("member.ban", room=room.pk, user=bob.pk, reason="Spam"),
    "left": lambda a, b, room, bob: b.command("room.leave", room=room.pk),
}


@pytest.mark.row(30)
@pytest.mark.parametrize("how", ENDS)
async def test_a_removed_member_gets_no_more_events_and_can_send_nothing(
    how: str, servers: Callable[..., Server], measured: Measured, alice: User, bob: User, general: Room
) -> None:
    # Bob has two tabs, on two servers, while Alice goes on posting, typing and changing the room's settings.
    one, other = servers(), servers()
    async with Client(one, alice) as a, Client(one, bob) as near, Client(other, bob) as far:
        for client in (a, near, far):
            await open_room(client, general)
        said = await post(a, general, "Before")
        for client in (near, far):
            await client.event("message.posted")
        with measured.time("the last of his tabs", within=1):
            await ENDS[how](a, near, general, bob)
            lost = [await client.event("room.lost") for client in (near, far)]
        told = {"how": how, "by": {"id": alice.pk, "username": "alice", "name": "Alice"}, "reason": "Spam"}
        assert lost == [{"type": "room.lost", "room": general.pk, **(told if how != "left" else {})}] * 2

        await post(a, general, "After")
        await a.command("typing.start", room=general.pk)
        await a.command("reaction.add", room=general.pk, message=said["id"], emoji="👍")
        await a.command("room.lock", room=general.pk)
        for client in (near, far):
            for command, members in {
                "message.post": {"client_id": str(uuid4()), "body": "Me too"},
                "message.edit": {"message": said["id"], "body": "Mine"},
                "reaction.add": {"message": said["id"], "emoji": "👍"},
                "typing.start": {},
                "room.open": {},
                "room.read": {"position": said["position"]},
            }.items():
                assert (await refusal(client, command, room=general.pk, **members))[0] == "not_found"
            await client.command("room.join", name=f"another {id(client)}", create=True)  # round trip later
            after = client.log[client.log.index(lost[0]) + 1 :]
            assert [event for event in after if is_about(event, general)] == []
        assert bodies(near) == bodies(far) == ["Before"]
        await shows(a, lambda: here(a) == {"alice"})


async def test_each_act_of_a_moderator_is_told_to_all_with_who_and_why(
    servers: Callable[..., Server], alice: User, bob: User, general: Room
) -> None:
    async with Client(servers(), alice) as a, Client(servers(), bob) as b:
        for client in (a, b):
            await open_room(client, general)
        about = {"room": general.pk, "user": bob.pk}
        await a.command("member.mute", **about, until=in_an_hour(), reason="Be kind")
        muted = await b.event("member.changed")
        assert (muted["role"], muted["muted"]["reason"]) == ("member", "Be kind")
        assert (await b.event("message.posted"))["message"]["notice"]["what"] == "muted"
        code, detail = await refusal(b, "message.post", room=general.pk, client_id=str(uuid4()), body="But")
        assert code == "forbidden"
        assert detail.endswith("Be kind")
        await b.command("typing.start", room=general.pk)
        await a.command("member.unmute", **about)
        assert "muted" not in await b.event("member.changed")
        await a.command("room.slow", room=general.pk, seconds=30)
        assert (await b.event("room.changed"))["settings"]["slow"] == 30
        await post(b, general, "One")
        await shows(a, lambda: bodies(a)[-1:] == ["One"])
        assert not a.seen("typing.started")
        with pytest.raises(Refused) as limited:
            await post(b, general, "Two")
        assert limited.value.code == "limited"
        await b.command("typing.start", room=general.pk)
        await a.event("typing.started")
        addresses = await in_thread(lambda: list(written().values_list("address", flat=True)))()
        assert set(addresses) == {"127.0.0.1"}


async def test_the_sidebar_says_who_runs_the_room(
    servers: Callable[..., Server], alice: User, bob: User, general: Room
) -> None:
    def has(client: Client, wanted: dict[int, str]) -> bool:
        people = roster(client)["people"].items()
        return {pk: person["role"] for pk, person in people if "role" in person} == wanted

    async with Client(servers(), alice) as a, Client(servers(), bob) as b:

        async def both_show(wanted: dict[int, str]) -> None:
            for client in (a, b):
                await shows(client, partial(has, client, wanted))

        for client in (a, b):
            await open_room(client, general)
        await both_show({alice.pk: "owner"})
        await a.command("member.role", room=general.pk, user=bob.pk, role="moderator")
        await both_show({alice.pk: "owner", bob.pk: "moderator"})
        await a.command("room.transfer", room=general.pk, user=bob.pk)
        await both_show({alice.pk: "moderator", bob.pk: "owner"})
        await b.command("member.role", room=general.pk, user=alice.pk, role="member")
        await both_show({bob.pk: "owner"})
