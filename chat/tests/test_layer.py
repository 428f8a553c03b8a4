"""The channel layer: its common behaviour with channels-redis, and its own additions."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from channels.layers import get_channel_layer
from channels_redis.pubsub import RedisPubSubChannelLayer

from chat.hub.layer import envelopes
from chat.hub.layer.envelopes import room_group
from chat.hub.layer.outbox import Outbox
from chat.runtime.channel_layer import Layer
from presence.tests.helpers.waiting import eventually
from testing.machine import patience
from testing.processes import Valkey

OPENERS = {"ours": Layer, "stock": RedisPubSubChannelLayer}
GROUPS = [room_group(number) for number in range(20)]


@pytest.fixture
def valkeys() -> Iterator[Callable[[], Valkey]]:
    """Return a factory of Valkeys, each in a folder with a short path, since socket paths are limited."""
    started: list[Valkey] = []
    folders: list[tempfile.TemporaryDirectory[str]] = []

    def start() -> Valkey:
        folders.append(tempfile.TemporaryDirectory(prefix="layer-"))
        started.append(Valkey(Path(folders[-1].name)).start())
        return started[-1]

    yield start
    for valkey in started:
        valkey.stop()
    for folder in folders:
        folder.cleanup()


@asynccontextmanager
async def opened(kind: str, *valkeys: Valkey, **options: Any) -> AsyncIterator[Any]:
    hosts = [{"address": valkey.url, "socket_timeout": None} for valkey in valkeys]
    layer = OPENERS[kind](hosts=hosts, **options)
    yield layer
    await layer.flush()


async def listen(layer: Any, valkeys: tuple[Valkey, ...], *groups: str) -> str:
    """Return a channel in these groups, once Redis knows the subscription."""
    channel: str = await layer.new_channel()
    before = sum(subscriptions(valkey) for valkey in valkeys)
    for group in groups:
        await layer.group_add(group, channel)
    await eventually(lambda: sum(map(subscriptions, valkeys)) == before + len(groups))
    return channel


def subscriptions(valkey: Valkey) -> int:
    with valkey.client() as client:
        return len(client.pubsub_channels("*__group__*"))


async def received(layer: Any, channel: str, count: int) -> list[dict[str, Any]]:
    async with asyncio.timeout(patience(5)):
        return [await layer.receive(channel) for _ in range(count)]


def numbered(count: int) -> list[tuple[str, dict[str, Any]]]:
    return [(GROUPS[number % len(GROUPS)], {"type": "number", "number": number}) for number in range(count)]


@pytest.mark.parametrize("hosts", [1, 3])
@pytest.mark.parametrize("format", ["msgpack", "json"])
@pytest.mark.parametrize(("sender", "listener"), [("ours", "stock"), ("stock", "ours"), ("ours", "ours")])
async def test_our_layer_and_the_stock_layer_understand_each_other(
    valkeys: Callable[[], Valkey], sender: str, listener: str, format: str, hosts: int
) -> None:
    those = tuple(valkeys() for _ in range(hosts))
    async with (
        opened(sender, *those, serializer_format=format) as speaks,
        opened(listener, *those, serializer_format=format) as hears,
    ):
        channel = await listen(hears, those, *GROUPS)
        for group, message in numbered(40):
            await speaks.group_send(group, message)
        got = await received(hears, channel, 40)
        assert sorted(message["number"] for message in got) == list(range(40))
        await speaks.send(channel, {"type": "number", "number": 40})
        assert await received(hears, channel, 1) == [{"type": "number", "number": 40}]


@pytest.mark.parametrize("hosts", [1, 3])
@pytest.mark.parametrize("listener", ["ours", "stock"])
async def test_messages_sent_at_once_arrive_in_order_within_each_group(
    valkeys: Callable[[], Valkey], listener: str, hosts: int
) -> None:
    those = tuple(valkeys() for _ in range(hosts))
    async with opened("ours", *those) as speaks, opened(listener, *those) as hears:
        channel = await listen(hears, those, *GROUPS)
        await asyncio.gather(*(speaks.group_send_many(numbered(400)[part : part + 100]) for part in (0, 100, 200, 300)))
        got = [message["number"] for message in await received(hears, channel, 400)]
        for group in range(len(GROUPS)):
            of_group = [number for number in got if number % len(GROUPS) == group]
            assert of_group == list(range(group, 400, len(GROUPS)))


@pytest.mark.parametrize("hosts", [1, 3])
async def test_many_groups_are_joined_by_one_command_to_each_host(valkeys: Callable[[], Valkey], hosts: int) -> None:
    those = tuple(valkeys() for _ in range(hosts))
    async with opened("ours", *those) as layer:
        channel = await layer.new_channel()
        before = sum(map(subscribe_commands, those))
        await layer.group_add_many(GROUPS, channel)
        await layer.group_send_many(numbered(20))
        assert len(await received(layer, channel, 20)) == 20
        assert sum(map(subscribe_commands, those)) == before + hosts
        await layer.group_discard(GROUPS[0], channel)
        assert sum(map(subscriptions, those)) == len(GROUPS) - 1


def subscribe_commands(valkey: Valkey) -> int:
    with valkey.client() as client:
        stats: dict[str, Any] = client.info("commandstats")
        return int(stats.get("cmdstat_subscribe", {"calls": 0})["calls"])


async def test_a_message_that_cannot_be_sent_does_not_stop_the_others(valkey: Valkey) -> None:
    async with opened("ours", valkey) as layer:
        channel = await listen(layer, (valkey,), GROUPS[0])
        bad = {"type": "number", "number": object()}
        await layer.group_send_many([(GROUPS[0], bad), (GROUPS[0], {"type": "number", "number": 1})])
        assert await received(layer, channel, 1) == [{"type": "number", "number": 1}]


@pytest.mark.parametrize("format", ["msgpack", "json"])
async def test_a_channel_leaves_out_what_is_marked_and_no_other_channel_does(valkey: Valkey, format: str) -> None:
    async with opened("ours", valkey, serializer_format=format) as layer:
        hub, bot = [await listen(layer, (valkey,), group) for group in GROUPS[:2]]
        await layer.group_add(GROUPS[0], bot)
        layer.leave_out(hub, b"a" * 32)
        own = {"from": "a" * 32, "type": "number", "number": 1}
        others = {"from": "b" * 32, "type": "number", "number": 2}
        quotes = {"type": "number", "number": 3, "group": "x" * 64, "body": "a" * 32}
        await layer.group_send_many([(GROUPS[0], own), (GROUPS[0], others), (GROUPS[0], quotes)])
        assert await received(layer, bot, 3) == [own, others, quotes]
        assert await received(layer, hub, 2) == [others, quotes]


async def test_an_outbox_does_not_hear_itself_but_hears_others(valkey: Valkey) -> None:
    layer = get_channel_layer()
    channel = await listen(layer, (valkey,), GROUPS[1])
    own, other = (Outbox(asyncio.get_running_loop(), lambda envelope: None) for _ in range(2))
    layer.leave_out(channel, own.mark)
    async with publishing(own), publishing(other):
        for number in range(1_000):
            own.publish(envelopes.RoomEvent.of({"type": "own", "room": 1, "version": number}))
        other.publish(envelopes.RoomEvent.of({"type": "others", "room": 1, "version": 0}))
        (first,) = await received(layer, channel, 1)
        assert [event["type"] for event in first["events"]] == ["others"]
    await layer.flush()


def test_the_events_of_each_room_travel_together_and_in_order() -> None:
    for_bob = envelopes.UserEvent.of(2, {"type": "read.moved"})
    one, two = ([envelopes.RoomEvent.of({"room": room, "version": n}) for n in (1, 2)] for room in (1, 2))
    assert envelopes.joined([one[0], two[0], for_bob, one[1], two[1]]) == [
        envelopes.RoomEvents("room.1", [{"room": 1, "version": 1}, {"room": 1, "version": 2}]),
        envelopes.RoomEvents("room.2", [{"room": 2, "version": 1}, {"room": 2, "version": 2}]),
        for_bob,
    ]


async def test_with_redis_gone_silent_a_batch_is_given_up_and_later_ones_arrive(
    valkey: Valkey, caplog: pytest.LogCaptureFixture
) -> None:
    layer = get_channel_layer()
    channel = await listen(layer, (valkey,), GROUPS[1])
    loop = asyncio.get_running_loop()
    batch = [envelopes.RoomEvent.of({"type": "x", "room": 1, "version": number}) for number in range(100)]
    await envelopes.send(batch)
    versions = [event["version"] for envelope in await received(layer, channel, 2) for event in envelope["events"]]
    assert versions == list(range(100))  # fifty in each
    valkey.pause()
    try:
        began = loop.time()
        await envelopes.send(batch)
        assert loop.time() - began < envelopes.SEND_SECONDS + 0.5
    finally:
        valkey.resume()
    assert "100 events" in caplog.text
    await envelopes.send([envelopes.RoomEvent.of({"type": "after", "room": 1, "version": 100})])
    while (await received(layer, channel, 1))[0]["events"][0]["type"] != "after":
        pass
    await layer.flush()


@pytest.mark.parametrize("kind", OPENERS)
async def test_subscriptions_survive_a_restart_of_redis(valkeys: Callable[[], Valkey], kind: str) -> None:
    valkey = valkeys()
    async with opened(kind, valkey) as layer:
        channel = await listen(layer, (valkey,), GROUPS[0])
        await layer.group_send(GROUPS[0], {"type": "number", "number": 0})
        assert len(await received(layer, channel, 1)) == 1
        valkey.stop()
        valkey.start()
        await eventually(lambda: subscriptions(valkey))
        await layer.group_send(GROUPS[0], {"type": "number", "number": 1})
        assert await received(layer, channel, 1) == [{"type": "number", "number": 1}]


@asynccontextmanager
async def publishing(outbox: Outbox) -> AsyncIterator[None]:
    task = asyncio.create_task(outbox.publish_forever())
    yield
    task.cancel()


ENVELOPES = [
    envelopes.RoomEvent.of({"type": "message.posted", "room": 1, "version": 7}),
    envelopes.RoomEvents("room.1", [{"type": "message.posted", "room": 1, "version": 7}]),
    envelopes.RoomDeleted.of({"type": "room.deleted", "room": 1}),
    envelopes.RoomSeen.of({"type": "typing.started", "room": 1}),
    envelopes.UserEvent.of(2, {"type": "read.moved"}),
    envelopes.UserEvent.of(2, {"type": "reports.counted"}, for_administrator=True),
    envelopes.BlocksChanged.of(2),
    envelopes.SessionEnded.of(2, "key"),
    envelopes.SessionEnded.of(2, None),
    envelopes.ConnectionEnded.of(2, "c"),
    envelopes.PeopleChanged.of([{"card": {"id": 2}}]),
    envelopes.UserChanged.of({"type": "user.changed"}, [1, 3]),
    envelopes.SiteAnnounced.to_all(),
    envelopes.RollCalled.to_all("roll.1"),
]


@pytest.mark.parametrize("envelope", ENVELOPES, ids=lambda envelope: type(envelope).__name__)
def test_an_envelope_arrives_at_other_hubs_as_it_was_sent(envelope: envelopes.Envelope) -> None:
    message = envelopes.encode(envelope, process="a" * 32)
    assert next(iter(message)) == "from"
    assert envelopes.decode(message) == envelope


def test_an_envelope_of_an_unknown_type_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError):
        envelopes.decode({"type": "room.renamed", "group": "room.1"})


def test_messages_of_the_layer_have_the_form_that_the_last_release_reads() -> None:
    event = {"type": "read.moved"}
    assert envelopes.encode(envelopes.UserEvent.of(2, event)) == {
        "type": "user.event",
        "group": "user.2",
        "user": 2,
        "event": event,
    }
    assert envelopes.encode(envelopes.UserEvent.of(2, event, for_administrator=True))["for_administrator"] is True
