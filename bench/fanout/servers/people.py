"""Set-up of rooms with signed-in people. Prints the rooms' ids and the people's cookies as JSON.

`python -m bench.fanout.servers.people "[[1, 100], [200, 10]]"`: a room of 100, and 200 rooms of 10. The memberships are
inserted as rows: thousands of joins one by one would take longer than the measurement.
"""

import json
import secrets
import sys
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.db import transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.management.commands.replay_accounts import accounts_for, sign_in  # noqa: E402
from accounts.models import User  # noqa: E402
from chat.models import Membership  # noqa: E402
from chat.services.rooms import membership  # noqa: E402


def furnish(sizes: list[tuple[int, int]]) -> list[list[dict[str, Any]]]:
    return [[furnish_room(people) for _ in range(count)] for count, people in sizes]


@transaction.atomic
def furnish_room(people: int) -> dict[str, Any]:
    name = f"bench {secrets.token_hex(6)}"
    users = accounts_for([f"{name} {number}" for number in range(people)])
    room = membership.create_room(users[0], name)
    Membership.objects.bulk_create(
        Membership(room=room, user=user, joined_at=timezone.now(), version=room.next_version(), last_read=room.version)
        for user in users[1:]
    )
    room.save(update_fields=["version"])
    return {"id": room.pk, "cookies": cookies(users)}


def cookies(users: list[User]) -> list[str]:
    return [f"{settings.SESSION_COOKIE_NAME}={session.session_key}" for session in sign_in(users)]


if __name__ == "__main__":
    json.dump(furnish(json.loads(sys.argv[1])), sys.stdout)
