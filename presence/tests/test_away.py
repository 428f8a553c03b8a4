from collections.abc import Callable

import pytest
from pytest_django import Settings

from presence.tests.helpers.processes import Process
from presence.tests.helpers.waiting import eventually
from presence.tests.test_tracker import ALICE, BOB
from presence.topics import AWAY, ONLINE

Processes = Callable[[], Process]


@pytest.fixture(autouse=True)
def _soon_away(_short_times: None, settings: Settings) -> None:
    settings.PRESENCE = {**settings.PRESENCE, "AWAY_MS": 700}


@pytest.fixture
async def process(processes: Processes) -> Process:
    process = processes()
    await process.watch(ONLINE)
    await process.watch(AWAY)
    return process


async def test_a_user_without_input_becomes_away_until_there_is_input(process: Process) -> None:
    process.tracker.track(ONLINE, ALICE, "tab")
    await eventually(lambda: process.sees(ONLINE) == {ALICE})
    assert process.sees(AWAY) == set()

    await eventually(lambda: process.sees(AWAY) == {ALICE})
    assert process.sees(ONLINE) == {ALICE}

    process.tracker.touch(ALICE)
    await eventually(lambda: process.sees(AWAY) == set())


async def test_a_user_with_input_does_not_become_away(process: Process) -> None:
    process.tracker.track(ONLINE, ALICE, "tab")
    process.tracker.track(ONLINE, BOB, "tab of bob")

    def alice_types_until_bob_is_away() -> bool:
        process.tracker.touch(ALICE)
        return BOB in process.sees(AWAY)

    await eventually(alice_types_until_bob_is_away)
    assert ALICE not in process.joined(AWAY)


async def test_input_in_any_connection_on_any_server_counts(processes: Processes, process: Process) -> None:
    other = processes()
    process.tracker.track(ONLINE, ALICE, "tab")
    await eventually(lambda: process.sees(AWAY) == {ALICE})

    other.tracker.track(ONLINE, ALICE, "telephone")
    other.tracker.touch(ALICE)

    await eventually(lambda: process.sees(AWAY) == set())


async def test_opening_a_second_tab_does_not_count_as_input(processes: Processes, process: Process) -> None:
    other = processes()
    process.tracker.track(ONLINE, ALICE, "tab")
    await eventually(lambda: process.sees(AWAY) == {ALICE})

    other.tracker.track(ONLINE, ALICE, "telephone")
    await other.tracker.settled()
    process.tracker.track(ONLINE, BOB, "tab of bob")
    await eventually(lambda: process.sees(AWAY) == {ALICE, BOB})
    assert process.left(AWAY) == []


async def test_an_away_user_who_left_and_reconnects_without_input_is_away_again(
    process: Process, settings: Settings
) -> None:
    process.tracker.track(ONLINE, ALICE, "tab")
    await eventually(lambda: process.sees(AWAY) == {ALICE})
    settings.PRESENCE = settings.PRESENCE | {"AWAY_MS": 3_600_000}  # no later idle time is that long

    process.tracker.drop("tab")
    await eventually(lambda: process.sees(ONLINE) == process.sees(AWAY) == set())

    process.tracker.track(ONLINE, ALICE, "tab, reconnected")
    await process.tracker.settled()
    await eventually(lambda: process.sees(AWAY) == {ALICE})
    process.tracker.touch(ALICE)
    await eventually(lambda: process.sees(AWAY) == set())


async def test_a_user_who_was_not_away_when_they_left_is_not_away_on_return(process: Process) -> None:
    process.tracker.track(ONLINE, ALICE, "tab")
    await eventually(lambda: process.sees(ONLINE) == {ALICE})
    process.tracker.untrack(ONLINE, ALICE, "tab", linger=False)
    await eventually(lambda: process.sees(ONLINE) == set())
    process.tracker.track(ONLINE, BOB, "tab of bob")
    await eventually(lambda: process.sees(AWAY) == {BOB})

    process.tracker.track(ONLINE, ALICE, "another tab")
    await eventually(lambda: process.sees(ONLINE) == {ALICE, BOB})
    assert ALICE not in process.joined(AWAY)


async def test_input_of_a_user_who_is_not_online_is_ignored(process: Process) -> None:
    process.tracker.touch(ALICE)
    process.tracker.track(ONLINE, BOB, "tab of bob")

    await eventually(lambda: process.sees(AWAY) == {BOB})
    assert process.sees(ONLINE) == {BOB}
