"""Pings, which distinguish a quiet line from a lost one."""

from contextlib import AsyncExitStack
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from chat import conf
from chat.hub import get_hub
from testing.in_process import InProcessServer
from testing.sockets import Client

pytestmark = pytest.mark.django_db(transaction=True)


async def test_a_ping_is_answered_at_once_with_the_time_though_other_commands_of_the_person_wait(
    site: InProcessServer, alice: User
) -> None:
    async with Client(site, alice) as tab, AsyncExitStack() as stack:
        for _ in range(conf.at_once()):
            await stack.enter_async_context(get_hub().fair_queue.of(alice.pk))
        answer = await tab.command("ping")
        assert abs(datetime.fromisoformat(answer["now"]) - timezone.now()) < timedelta(minutes=1)
