"""A crowd that connects at once."""

from collections.abc import Callable

import pytest
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from accounts.models import User
from chat.models import Membership, Room
from chat.tests.helpers.storm import gather
from testing.processes import UNLIMITED, Server
from testing.rows import Measured
from testing.sockets import session_cookie

pytestmark = pytest.mark.django_db(transaction=True)

CROWD = 1_000


@pytest.fixture
def crowd(general: Room) -> list[str]:
    """Create members of the room, and return the cookies of their sessions."""
    password = make_password(None)
    people = User.objects.bulk_create(User(username=f"person{n}", password=password) for n in range(CROWD))
    membership = {"room": general, "joined_at": timezone.now(), "version": general.version}
    Membership.objects.bulk_create(Membership(user=person, **membership) for person in people)
    return [session_cookie(person) for person in people]


@pytest.mark.alone
@pytest.mark.parametrize("number_of_servers", [1, 2])
async def test_a_thousand_who_open_a_room_at_once_are_seen_by_all_within_three_seconds_in_ten_frames(
    servers: Callable[..., Server], general: Room, crowd: list[str], number_of_servers: int, measured: Measured
) -> None:
    rehearsed = await gather(crowd, general.pk, *(servers(**UNLIMITED) for _ in range(number_of_servers)))
    storm = await rehearsed.begin()
    assert storm.seen == CROWD
    measured("everybody sees everybody", storm.seconds, within=3)
    measured("frames about presence, to each socket", storm.frames, within=10, unit="frames")
