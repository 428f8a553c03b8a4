"""Rendering of posts and edits: the thread it runs on, and a user's budget."""

import asyncio
import threading
import time
from uuid import uuid4

import pytest
from pytest_django import Settings

from accounts.models import User
from chat.errors import Limited, Refused
from chat.handlers.group_commit import GroupCommit
from chat.markup import markdown
from chat.models import Message, Room
from chat.services.messages.posting import Post
from chat.services.messages.rendering import Renderer
from chat.services.rooms import membership
from chat.tests.helpers.talk import in_thread, post
from testing.in_process import InProcessServer
from testing.machine import patience
from testing.sockets import Client

pytestmark = pytest.mark.django_db(transaction=True)

COSTLY = "> a\n\n" * 600
MANY_TABS = 45


async def test_posts_and_edits_are_rendered_on_threads_of_their_own(
    monkeypatch: pytest.MonkeyPatch, site: InProcessServer, alice: User, general: Room
) -> None:
    threads: set[str] = set()
    render = markdown.render

    def noted(body: str, mentions: markdown.Mentions | None = None) -> str:
        threads.add(threading.current_thread().name)
        return render(body, mentions)

    monkeypatch.setattr(markdown, "render", noted)
    async with Client(site, alice) as client:
        posted = await post(client, general, "**One** for @bob")
        edited = await client.command("message.edit", room=general.pk, message=posted["id"], body="**Two**")
    assert edited["message"]["html"] == "<p><strong>Two</strong></p>"
    assert {name.rpartition("_")[0] for name in threads} == {"render"}


async def test_a_user_whose_bodies_took_too_much_cpu_time_is_told_to_wait_and_others_are_not(
    settings: Settings, alice: User, bob: User, general: Room
) -> None:
    settings.CHAT = settings.CHAT | {"RENDERING_MS_PER_MINUTE": 600}  # 30 ms at once
    renderer = Renderer()

    async def render_on() -> None:
        for _ in range(1_000):
            await renderer.render(alice, general.pk, Message.Kind.TEXT, COSTLY)

    with pytest.raises(Limited) as limited:
        await render_on()
    assert limited.value.retry_after > 0
    assert (await renderer.render(bob, general.pk, Message.Kind.TEXT, COSTLY)).html
    plain = await renderer.render(alice, general.pk, Message.Kind.TEXT, "Hello")
    assert plain.html == "<p>Hello</p>"


async def test_many_costly_posts_of_one_user_hold_up_no_post_of_another(
    alice: User, bob: User, mallory: User, general: Room
) -> None:
    commits = GroupCommit()
    theirs = [await in_thread(membership.create_room)(mallory, f"room {number}") for number in range(MANY_TABS)]
    enough = asyncio.Event()

    async def post_on(room: Room) -> None:
        while not enough.is_set():
            try:
                await commits.post(Post(mallory, room.pk, COSTLY, uuid4()))
            except Refused:
                await asyncio.sleep(0.05)

    attack = [asyncio.create_task(post_on(room)) for room in theirs]
    took = []
    for _ in range(20):
        began = time.monotonic()
        await commits.post(Post(bob, general.pk, "**Hello**", uuid4()))
        took.append(time.monotonic() - began)
    enough.set()
    await asyncio.gather(*attack)
    assert sorted(took)[-2] < patience(0.3)
