"""Limits on the bytes of history that a user may request, over the socket and from pages."""

import asyncio
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client as HttpClient
from django.urls import reverse

from accounts.models import User
from chat.models import Room
from chat.queries.history_limits import get_traffic
from chat.services.messages import posting
from chat.tests.helpers.talk import post
from testing.in_process import InProcessServer
from testing.sockets import Client, Refused

pytestmark = pytest.mark.django_db(transaction=True)

LONG = "x" * 10_000


@pytest.fixture(autouse=True)
def _small_allowance(settings: Any) -> Iterator[None]:
    settings.CHAT = {**settings.CHAT, "ANSWER_BYTES_BURST": 50_000, "ANSWER_BYTES_PER_SECOND": 25_000}
    get_traffic.cache_clear()
    yield
    get_traffic.cache_clear()


@pytest.fixture
def general(general: Room, alice: User) -> Room:
    """Create a room whose page has some 40 KB."""
    for _ in range(2):
        posting.post_message(alice, general.pk, body=LONG, client_id=uuid4())
    return general


async def test_opening_a_room_costs_the_bytes_of_its_answer(
    site: InProcessServer, alice: User, bob: User, general: Room
) -> None:
    async with Client(site, alice) as a, Client(site, alice) as other_tab, Client(site, bob) as b:
        for client in (a, other_tab):
            await client.command("room.open", room=general.pk, since=None)
            assert (await client.event("room.reset"))["page"]["messages"]
        with pytest.raises(Refused, match="limited") as refused:
            await a.command("room.open", room=general.pk, since=None)
        assert refused.value.retry
        assert 0 < (refused.value.retry_after or 0) < 3
        await post(a, general, "Posts go on")
        await b.command("room.open", room=general.pk, since=None)
        await asyncio.sleep(refused.value.retry_after or 0)  # as a client does
        await a.command("room.open", room=general.pk, since=None)


async def test_opening_a_room_that_is_known_costs_little(site: InProcessServer, alice: User, general: Room) -> None:
    async with Client(site, alice) as a:
        version = (await a.command("room.open", room=general.pk, since=None))["version"]
        for _ in range(20):
            await a.command("room.open", room=general.pk, since=version)


def test_pages_cost_the_bytes_of_their_answers(alice: User, bob: User, general: Room, client: HttpClient) -> None:
    client.force_login(alice)
    history = reverse("chat:history", args=[general.pk])
    assert [client.get(history, {"before": 999}).status_code for _ in range(3)] == [200, 200, 429]
    refused = client.get(history, {"before": 999}, headers={"Accept": "application/json"})
    assert refused.json()["code"] == "limited"
    assert refused.json()["retry_after"] <= int(refused["Retry-After"]) <= 3
    page = client.get(general.get_absolute_url(), headers={"Accept": "text/html"})
    assert (page.status_code, "reload this page" in page.content.decode()) == (429, True)
    assert '<a href="">Try again</a>' in page.content.decode()
    client.force_login(bob)
    assert client.get(history, {"before": 999}).status_code == 200
