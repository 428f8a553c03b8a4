"""Group commits of posts, on the real database: the number of posts in a transaction."""

import asyncio
from collections.abc import Sequence
from uuid import uuid4

import pytest
from asgiref.sync import sync_to_async

from accounts.models import User
from chat.errors import NotFound
from chat.handlers import group_commit as module
from chat.handlers.group_commit import GroupCommit
from chat.models import Message, Room
from chat.services.messages.posting import Draft, Post, store_drafts

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def batches(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Record the sizes of the transactions."""
    sizes: list[int] = []

    def counted(drafts: Sequence[Draft], **options: bool) -> object:
        sizes.append(len(drafts))
        return store_drafts(drafts, **options)

    monkeypatch.setattr(module, "store_drafts", counted)
    return sizes


def say(author: User, room: Room, body: str) -> Post:
    return Post(author, room.pk, body, uuid4())


async def test_posts_that_arrive_while_a_batch_is_stored_share_the_next_transaction(
    batches: list[int], alice: User, bob: User, general: Room
) -> None:
    commits = GroupCommit()
    posts = [say(alice if number % 2 else bob, general, f"Number {number}") for number in range(40)]
    stored = await asyncio.gather(*map(commits.post, posts))

    assert [message.body for message in stored] == [post.body for post in posts]
    assert [message.position for message in stored] == list(range(general.version + 1, general.version + 41))
    assert sum(batches) == 40
    assert len(batches) <= 2


async def test_authors_who_post_again_after_each_ack_share_the_next_commit(
    batches: list[int], alice: User, general: Room
) -> None:
    # Each of ten authors posts again as soon as the last post is stored. The commit expects and waits for this.
    commits = GroupCommit()

    async def talk(name: str) -> None:
        for number in range(10):
            await commits.post(say(alice, general, f"{name} {number}"))

    await asyncio.gather(*(talk(str(number)) for number in range(10)))
    assert len(batches) <= 20


async def test_a_lone_post_is_stored_without_waiting(
    batches: list[int], alice: User, general: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "GATHER_SECONDS", 3_600)
    commits = GroupCommit()
    for number in range(3):
        await commits.post(say(alice, general, str(number)))
    assert batches == [1, 1, 1]


async def test_a_refused_post_does_not_affect_the_others_of_its_batch(
    batches: list[int], alice: User, mallory: User, general: Room
) -> None:
    commits = GroupCommit()
    calls = (commits.post(say(author, general, "Hello")) for author in (alice, mallory, alice))
    first, refused, last = await asyncio.gather(*calls, return_exceptions=True)

    assert isinstance(refused, NotFound)
    assert isinstance(first, Message)
    assert isinstance(last, Message)
    assert last.position == first.position + 1
    assert await sync_to_async(general.messages.filter(body="Hello").count)() == 2
