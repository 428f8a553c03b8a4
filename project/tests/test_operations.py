"""The operators' page in the admin: the state of presence, or that it is unknown."""

from collections.abc import Callable

import pytest
from asgiref.sync import sync_to_async
from django.test import Client
from django.urls import reverse

from accounts.models import User
from chat.services.rooms import membership
from testing.processes import Server, Valkey
from testing.sockets import Client as Tab
from testing.waiting import eventually

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def operator(alice: User) -> Client:
    alice.is_staff = alice.is_superuser = True
    alice.save()
    client = Client()
    client.force_login(alice)
    return client


def test_the_presence_page_is_for_administrators_only(operator: Client, bob: User) -> None:
    assert operator.get(reverse("presence")).status_code == 200
    member = Client()
    member.force_login(bob)
    for client in (member, Client()):
        assert client.get(reverse("presence")).status_code == 302


def test_the_first_page_of_the_admin_links_to_the_presence_page(operator: Client) -> None:
    assert reverse("presence") in operator.get(reverse("admin:index")).content.decode()


@pytest.mark.usefixtures("no_other_servers")
async def test_the_presence_page_shows_servers_connections_and_topics(
    operator: Client, servers: Callable[..., Server], alice: User, bob: User
) -> None:
    room = await sync_to_async(membership.create_room)(alice, "general")
    first, second = servers(), servers()

    def is_shown() -> bool:
        report = operator.get(reverse("presence")).context["report"]
        connections = sorted(node.connections for node in report.nodes if node.lease_ms)
        return connections == [1, 2] and report.topics == {"online": 2, f"here.{room.pk}": 1}

    async with Tab(first, alice) as a, Tab(first, bob), Tab(second, bob):
        await a.command("room.open", room=room.pk, since=None)
        await sync_to_async(eventually)(is_shown, within=10)


def test_the_presence_page_names_contradictions(operator: Client, valkey: Valkey) -> None:
    address = reverse("presence") + "?verify"
    assert operator.get(address).context["contradictions"] == []
    with valkey.client() as redis:
        redis.sadd("{presence}:topic:online", "7")
    answer = operator.get(address)
    assert [found.member for found in answer.context["contradictions"]] == ["7"]
    assert "topic:online has 7" in answer.content.decode()


def test_the_presence_page_says_that_presence_is_unavailable(operator: Client, valkey: Valkey) -> None:
    assert operator.get(reverse("presence")).status_code == 200
    valkey.stop()
    try:
        answer = operator.get(reverse("presence"))
    finally:
        valkey.start()
    assert answer.status_code == 503
    assert "Can’t show who’s online" in answer.content.decode()
