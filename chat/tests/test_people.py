"""Knowledge of a process about its users, which does not depend on the order of messages."""

from typing import Any

import pytest

from chat.hub.people.statuses import People
from presence.tracker import Tracker
from presence.user_states import Decision

ALICE, BOB = 1, 2
Told = list[tuple[int, str]]


def person(user: int, changed: int, text: str, mode: str = "auto") -> dict[str, Any]:
    status = {"mode": mode, "text": text, "emoji": "", "until": None}
    return {"changed": changed, "status": status, "card": {"id": user}}


@pytest.fixture
def told() -> Told:
    return []


@pytest.fixture
async def tracker() -> Tracker:
    return Tracker()


@pytest.fixture
async def people(tracker: Tracker, told: Told) -> People:
    return People(tracker, lambda user, event: told.append((user, event["status"]["text"])))


async def test_a_change_of_status_is_told_once(people: People, told: Told) -> None:
    people.welcome(person(ALICE, 1, "Busy"))
    assert told == []
    for _ in range(2):
        people.update(person(ALICE, 2, "Idle"))
    assert told == [(ALICE, "Idle")]
    assert people.status_of(ALICE)["text"] == "Idle"


async def test_an_older_status_changes_nothing(people: People, told: Told) -> None:
    people.welcome(person(ALICE, 1, "Busy"))
    people.update(person(ALICE, 3, "Lunch", "invisible"))
    people.update(person(ALICE, 2, "Idle"))
    people.welcome(person(ALICE, 2, "Idle"))  # another tab, read before the change
    assert told == [(ALICE, "Lunch")]
    assert people.is_hidden(ALICE)


async def test_presence_hears_of_a_later_change_to_the_same(people: People, tracker: Tracker) -> None:
    # Another server may have reported version 2 in between, and this process missed it.
    people.welcome(person(ALICE, 1, "Busy"))
    people.update(person(ALICE, 3, "Busy"))
    assert tracker._wanted.decisions.of(ALICE) == Decision(hidden=False, away=False, version=3)


async def test_a_status_that_another_tab_finds_is_told_to_the_first(people: People, told: Told) -> None:
    people.welcome(person(ALICE, 1, "Busy"))
    people.welcome(person(ALICE, 2, "Idle"))
    assert told == [(ALICE, "Idle")]


async def test_the_end_of_a_status_is_told_although_no_row_was_written(people: People, told: Told) -> None:
    people.welcome(person(ALICE, 1, "Busy"))
    people.update(person(ALICE, 1, ""))
    assert told == [(ALICE, "")]


async def test_changes_of_users_without_a_connection_here_are_ignored(people: People, told: Told) -> None:
    people.welcome(person(ALICE, 1, "Busy"))
    people.update(person(BOB, 2, "Idle"))
    people.forget(ALICE)
    people.update(person(ALICE, 3, "Lunch"))
    assert told == []
