"""Actions and views of clients in tests of the socket."""

import asyncio
import json
from collections.abc import Callable
from contextlib import closing
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings

from accounts.models import User
from chat.models import Room
from chat.services.rooms import membership
from testing.machine import patience
from testing.processes import Server
from testing.sockets import Client, Refused

RETRY_SECONDS = 0.2
LINGER = settings.PRESENCE["LINGER_MS"] / 1000  # s; eight at full length, for users who leave and users who hide

in_thread = sync_to_async  # for the ORM, and for waiting for a process


async def post(client: Client, room: Room, body: str, **members: Any) -> dict[str, Any]:
    members = {"client_id": str(uuid4()), "body": body} | members
    return (await client.command("message.post", room=room.pk, **members))["message"]


async def post_until_stored(
    client: Client, room: Room, refusals: list[Refused], body: str = "Hello", **members: Any
) -> None:
    """Retry with the same client id until there is an ack, as a client does."""
    members = {"client_id": str(uuid4())} | members
    while True:
        try:
            await post(client, room, body, timeout=30, **members)
            return
        except Refused as refused:
            refusals.append(refused)
            await asyncio.sleep(RETRY_SECONDS)


def check_that_each_opening_went_on_from_what_was_asked(log: list[dict[str, Any]], asked: dict[int, int]) -> None:
    """Check the log against `asked`: the requested versions by the ids of the commands."""
    expected: int | None = None
    for event in log:
        if event["type"] == "ack" and event["id"] in asked:
            expected = asked[event["id"]] + 1
        elif event["type"] == "room.lost":
            expected = None
        elif "version" in event and event["type"] != "ack" and expected is not None:
            assert event["version"] == expected
            expected += 1


def bodies(client: Client) -> list[str]:
    return [event["message"]["body"] for event in client.seen("message.posted")]


def versions(client: Client) -> list[int]:
    return [event["version"] for event in client.seen("message.posted")]


async def bodies_in_order(room: Room) -> list[str]:
    """Return the bodies of the stored messages."""
    return [body async for body in room.messages.said().order_by("position").values_list("body", flat=True)]


def member(room: Room, username: str) -> User:
    user = User.objects.create_user(username)
    membership.join(user, room.pk)
    return user


def latest_page(server: Server, cookie: str, room: Room) -> dict[str, Any]:
    """Fetch the newest page of history over HTTP."""
    return dict(json.loads(fetch(server, f"/rooms/{room.pk}/history/?before={10**9}", cookie)))


def fetch(server: Server, path: str, cookie: str = "") -> str:
    """Fetch a page with the cookie of a session, as a browser does."""
    with closing(HTTPConnection("localhost", server.port, timeout=patience(60))) as connection:
        connection.request("GET", path, headers={"Cookie": f"{settings.SESSION_COOKIE_NAME}={cookie}"})
        response = connection.getresponse()
        assert response.status == 200
        return response.read().decode()


def sign_in(server: Server, username: str, password: str) -> bool:
    """Send the sign-in form as a browser does, and return True if it worked."""
    with closing(HTTPConnection("localhost", server.port, timeout=patience(60))) as connection:
        connection.request("GET", "/accounts/login/")
        page = connection.getresponse()
        page.read()
        cookies = SimpleCookie(page.headers["Set-Cookie"])
        token = cookies[settings.CSRF_COOKIE_NAME].value
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": f"{settings.CSRF_COOKIE_NAME}={token}",
            "X-CSRFToken": token,
            "Origin": server.origin,
        }
        connection.request("POST", "/accounts/login/", urlencode({"login": username, "password": password}), headers)
        answer = connection.getresponse()
        answer.read()
        assert answer.status in (200, 302), answer.status
        return answer.status == 302


async def talk_until(enough: asyncio.Event, client: Client, room: Room) -> None:
    while not enough.is_set():
        await post(client, room, "Hello")


def sidebar(client: Client) -> dict[str, dict[str, Any]]:
    """Return the members in the sidebar who are not offline, by username."""
    people = roster(client)["people"].values()
    return {person["username"]: person for person in people if person["online"] or person["here"]}


def roster(client: Client) -> dict[str, Any]:
    """Return the sidebar's members by id and its counts: the latest snapshot or page plus the diffs since.

    A server that has just started may not know yet who is there. Once it knows, it must not forget again.
    """
    people: dict[int, dict[str, Any]] = {}
    counts: dict[str, int] = {}
    for event in client.log:
        match event["type"]:
            case "presence.snapshot" if event["known"] or counts:
                assert event["known"]
                people, counts = by_id(event["people"]), event["counts"]
            case "presence.changed":
                people, counts = people | by_id(event["people"]), event["counts"]
            case "ack" if "total" in event:
                people, counts = by_id(event["people"]), event["counts"]
            case "member.left":
                people.pop(event["user"]["id"], None)
    return {"people": people, "counts": counts}


def by_id(people: list[dict[str, Any]]) -> dict[int, dict[str, Any]]:
    return {person["id"]: person for person in people}


def here(client: Client) -> set[str]:
    return {name for name, person in sidebar(client).items() if person["here"]}


async def shows(client: Client, condition: Callable[[], object], within: float = 5) -> None:
    """Wait for a state of the sidebar, which may come after a linger."""
    async with asyncio.timeout(patience(within) + LINGER):
        await _until(client, condition)


async def never_shows(client: Client, condition: Callable[[], object], seconds: float) -> None:
    """Check that a state of the sidebar does not come within so many seconds, on any machine."""
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(seconds):
            await _until(client, condition)


async def _until(client: Client, condition: Callable[[], object]) -> None:
    while not condition():
        await client.any_event()


async def open_room(client: Client, room: Room) -> None:
    await client.command("room.open", room=room.pk)
    await client.event("presence.snapshot")
