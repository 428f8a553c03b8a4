import asyncio
import json
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings
from redis import Redis

from presence.audit import SINGLE
from presence.errors import CorruptData, PresenceUnavailable
from presence.operations import join
from presence.report import Report, report, verify
from presence.store import Store
from presence.tests.helpers.processes import die
from presence.tests.helpers.valkey import Valkey
from presence.tests.helpers.waiting import eventually
from presence.tests.test_tracker import ALICE, BOB, ROOM
from presence.topics import ONLINE
from presence.tracker import Tracker

pytestmark = pytest.mark.usefixtures("valkey")

Trackers = Callable[[], Tracker]


async def reported() -> Report:
    return await asyncio.to_thread(report)


async def printed(*arguments: str) -> str:
    out = StringIO()
    await asyncio.to_thread(call_command, "presence", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
async def tracker(trackers: Trackers) -> Tracker:
    """Start a tracker with two tabs of Alice, one of them in the room, and with Bob in the room."""
    tracker = trackers()
    for topic, user_id, connection in (
        (ONLINE, ALICE, "tab"),
        (ROOM, ALICE, "tab"),
        (ONLINE, ALICE, "another tab"),
        (ROOM, BOB, "tab of bob"),
        (ONLINE, BOB, "tab of bob"),
        (ONLINE, 3, "tab of a third"),
    ):
        tracker.track(topic, user_id, connection)
    await tracker.settled()
    return tracker


async def test_a_report_has_nodes_leases_connections_and_topics(tracker: Tracker, trackers: Trackers) -> None:
    other = trackers()
    await other.settled()

    found = await reported()

    assert {node.id: node.connections for node in found.nodes} == {tracker.node: 4, other.node: 0}
    assert all(node.lease_ms and 0 < node.lease_ms <= 1_500 for node in found.nodes)
    assert list(found.topics.items()) == [(ONLINE, 3), (ROOM, 2)]
    assert (found.lingering, bool(found.epoch)) == (0, True)


async def test_a_report_counts_sweeps_and_swept_nodes(tracker: Tracker, redis: Redis, settings: Settings) -> None:
    settings.PRESENCE = {**settings.PRESENCE, "LINGER_MS": 60_000}
    tracker.drop("tab of bob")
    store = Store()
    await store.take_lease("dead", 200)
    await store.apply("dead", [join(ROOM, ALICE, "a tab of a server that dies")])
    await store.close()

    await eventually(lambda: redis.hget("{presence}:done", "swept_nodes"))

    found = await reported()
    assert found.lingering == 2
    assert (found.done["swept_nodes"], found.done["swept_holds"]) == (1, 1)
    assert found.done["sweeps"] >= 1


async def test_a_report_shows_no_lease_for_a_node_whose_lease_has_ended(redis: Redis) -> None:
    store = Store()
    await store.take_lease("node", 60_000)
    await store.apply("node", [join(ROOM, ALICE, "tab")])
    await store.close()
    assert [node.lease_ms is None for node in (await reported()).nodes] == [False]

    redis.delete("{presence}:node:node")

    assert [node.lease_ms for node in (await reported()).nodes] == [None]
    redis.zadd("{presence}:nodes", {"node": 1})
    assert "nodes has node, which a sweep should have removed." in await asyncio.to_thread(printable)


def printable() -> list[str]:
    return [str(contradiction) for contradiction in verify()]


async def test_an_empty_redis_has_an_empty_report() -> None:
    assert await reported() == Report(epoch="", nodes=(), topics={}, lingering=0, done={})
    assert "Epoch: none yet" in await printed()
    assert await printed("--verify") == ""


async def test_the_presence_command_prints_the_report(tracker: Tracker) -> None:
    lines = (await printed()).splitlines()

    assert "Servers: 1" in lines
    assert any(line.startswith(f"  {tracker.node}: lease for ") and "4 connections" in line for line in lines)
    assert lines[lines.index("Topics: 2") + 1 :][:2] == [f"  {ONLINE}: 3", f"  {ROOM}: 2"]
    assert "Lingering: 0" in lines


async def test_the_presence_command_prints_json(tracker: Tracker) -> None:
    found: dict[str, Any] = json.loads(await printed("--json"))

    assert found["topics"] == {ONLINE: 3, ROOM: 2}
    assert [node["id"] for node in found["nodes"]] == [tracker.node]
    assert json.loads(await printed("--json", "--verify")) == []


async def test_the_presence_command_names_every_contradiction_and_fails(tracker: Tracker, redis: Redis) -> None:
    assert await printed("--verify") == ""
    redis.sadd(f"{{presence}}:topic:{ROOM}", 98, 99)
    out = StringIO()

    with pytest.raises(SystemExit) as exit:
        await asyncio.to_thread(call_command, "presence", "--verify", stdout=out)

    assert exit.value.code == 1
    assert sorted(out.getvalue().splitlines()) == [
        f"topic:{ROOM} has {user_id}, which has no connection." for user_id in (98, 99)
    ]


async def test_without_redis_the_presence_command_fails_with_one_line(valkey: Valkey) -> None:
    await printed()
    valkey.kill()

    for arguments in ([], ["--verify"]):
        with pytest.raises(CommandError) as error:
            await printed(*arguments)
        assert error.value.returncode == 2
        assert len(str(error.value).splitlines()) == 1
    with pytest.raises(PresenceUnavailable):
        await reported()


async def test_with_a_wrong_setting_the_presence_command_fails_with_one_line(settings: Settings) -> None:
    await printed()
    settings.PRESENCE = {}

    with pytest.raises(CommandError, match="REDIS_URL") as error:
        await printed()
    assert error.value.returncode == 2


@pytest.mark.parametrize(
    "key", [*SINGLE, f"topic:{ROOM}", f"conns:{ROOM}:{ALICE}", f"topics:{ALICE}", f"state:{ALICE}", f"version:{ROOM}"]
)
async def test_a_key_of_the_wrong_type_is_named_and_hides_no_other_contradiction(
    tracker: Tracker, redis: Redis, key: str
) -> None:
    await die(tracker)  # otherwise it would delete some of them at once
    redis.sadd("{presence}:owned:unknown", "here.9|99|tab")
    redis.sadd("{presence}:topic:here.9", 98)
    redis.delete(f"{{presence}}:{key}")
    redis.lpush(f"{{presence}}:{key}", "nonsense")

    found = await asyncio.to_thread(printable)

    assert f"{key} is a list, which is a type that presence doesn’t use for it." in found
    assert "conns:here.9:99 lacks unknown/tab, which other keys imply." in found
    assert "topic:here.9 has 98, which has no connection." in found


async def test_a_report_over_corrupt_data_raises_corrupt_data(tracker: Tracker, redis: Redis) -> None:
    redis.lpush("{presence}:topic:here.9", "nonsense")

    with pytest.raises(CorruptData):
        await reported()
