"""Random sequences of events: users come, go and reload, while servers, hints and Redis fail."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from pytest_django import Settings
from redis import Redis

from presence.conf import DEFAULTS
from presence.tests.helpers.convergence import converge, touch
from presence.tests.helpers.invariants import check_invariants
from presence.tests.helpers.valkey import Valkey
from presence.tests.helpers.world import ROOMS, TIMES, World
from presence.user_states import Decision
from testing.length import Length
from testing.rows import Measured

# Weights of events. They form one rule, since Hypothesis would leave out half of the rules in each example. That pays
# only over thousands of examples; here each example should have tabs and failures.
OFTEN = {
    "open a tab": 4,
    "open another tab": 4,
    "close a tab": 3,
    "reload": 6,
    "go to a room": 2,
    "do something": 1,
    "decide": 2,
    "decide, and change their mind": 4,
    "hear of a decision": 6,
    "let time pass": 5,
    "kill or start a server": 3,
    "restart a server": 1,
    "freeze a server or let it go on": 3,
    "lose the hints for a server or none": 1,
    "all hang": 3,
    "Redis hangs": 1,
    "empty Redis": 1,
    "restart Redis": 1,
    "be quiet": 1,
}
happenings = st.sampled_from([what for what, times in OFTEN.items() for _ in range(times)])
numbers = st.integers(0, 11)  # of a tab; modulo the number of open tabs
people = st.sampled_from([1, 2, 3, 4])
rooms = st.sampled_from(ROOMS)
decisions = st.sampled_from([Decision(hidden=True, away=False), Decision(False, True), Decision(False, False)])
slots = st.sampled_from([0, 1])
times = st.sampled_from([0.02, 0.06, 0.12, 0.45])  # a sweep, a check, a linger, a lease


class Machine(RuleBasedStateMachine):
    """A state machine of a world. No time passes between two events."""

    def __init__(self, valkey: Valkey, redis: Redis, failures: list[BaseException], measured: Measured) -> None:
        super().__init__()
        redis.flushall()
        self.world = World(valkey, redis)
        self.runner = asyncio.Runner()
        self.failures = failures
        self.measured = measured
        self.happened = ["It began with:"]
        self.holds = True

    def run(self, act: Coroutine[Any, Any, None]) -> None:
        try:
            self.runner.run(act)
        except BaseException as error:
            error.add_note("\n".join(self.happened))
            self.failures.append(error)
            self.holds = False
            raise

    @initialize()
    def begin(self) -> None:
        for slot in (0, 1):
            self.run(self.world.start(slot))
            for user in (1, 2):
                self.run(self.world.open(slot, user, ROOMS[slot]))

    @rule(what=happenings, number=numbers, user=people, room=rooms, decision=decisions, slot=slots, seconds=times)
    def happen(
        self, what: str, number: int, user: int, room: str, decision: Decision, slot: int, seconds: float
    ) -> None:
        world = self.world
        server = world.servers[slot] or world.servers[1 - slot]
        tab = world.tabs[number % len(world.tabs)] if world.tabs else None
        assert server
        self.happened.append(f"{what}: {tab=} {user=} {room=} {decision=} {slot=} {seconds=}")
        match what:
            case "open a tab":
                self.run(world.open(server.slot, user, room))
            case "open another tab" if tab:
                self.run(world.open(server.slot, tab.user, tab.room))
            case "close a tab" if tab:
                self.run(world.close(tab))
            case "reload" if tab:
                self.run(world.reload(tab, server.slot))
            case "go to a room" if tab:
                self.run(world.switch(tab, room))
            case "do something":
                server.tracker.touch(user)
            case "decide" if tab:
                self.run(world.decide(server.slot, tab.user, decision))
            case "decide, and change their mind" if tab:
                for each in (decision, decision._replace(hidden=not decision.hidden)):
                    self.run(world.decide(server.slot, tab.user, each))
            case "hear of a decision" if world.words:
                self.run(world.hear(number))
            case "let time pass":
                self.run(asyncio.sleep(seconds))
            case "kill or start a server":
                self.run(world.kill(slot) if all(world.servers) else world.start(1 - server.slot))
            case "restart a server":
                self.run(world.restart(server.slot, linger_ms=100 * number, reconnect=number % 2 == 0))
            case "freeze a server or let it go on":
                server.freeze() if server.runs.is_set() else server.go_on()
            case "lose the hints for a server or none":
                server.deaf = not server.deaf
            case "all hang":
                self.run(world.hang())
            case "Redis hangs":
                self.run(world.hang_redis())
            case "empty Redis":
                self.run(world.flush())
            case "restart Redis":
                self.run(world.restart_redis())
            case "be quiet" if tab:
                self.run(converge(world))
                self.run(touch(world, tab.user))

    @invariant()
    def nothing_is_wrong_at_any_moment(self) -> None:
        self.run(check_invariants(self.world))

    def teardown(self) -> None:
        try:
            if self.holds:
                self.run(converge(self.world))
                self.measured("from when it is quiet until all agree", self.world.slowest, within=5)
        finally:
            self.runner.run(self.world.end())
            self.runner.close()


@pytest.mark.row(25)
@pytest.mark.parametrize(
    ("repair_ms", "examples"),
    [(DEFAULTS["REPAIR_MS"], 10), (100, 4)],
    ids=["nothing is repaired", "repaired all the time"],
)
@pytest.mark.timeout(1_800)
def test_views_redis_and_the_model_agree_whatever_happened(
    valkey: Valkey, redis: Redis, settings: Settings, length: Length, measured: Measured, repair_ms: int, examples: int
) -> None:
    settings.PRESENCE = settings.PRESENCE | TIMES | {"REPAIR_MS": repair_ms}
    failures: list[BaseException] = []
    try:
        run_state_machine_as_test(lambda: Machine(valkey, redis, failures, measured), settings=extent(length, examples))  # type: ignore[arg-type]
    except BaseException as error:
        # Hypothesis retries a failed example, which may then pass, since everything here depends on time. The first
        # failure counts.
        raise (failures or [error])[0] from None


def extent(length: Length, examples: int) -> hypothesis_settings:
    return hypothesis_settings(
        max_examples=length.pick(full=3 * examples, short=examples),
        stateful_step_count=length.pick(full=50, short=25),
        derandomize=not length.full,  # the same examples in every run of the suite
        database=None,
        deadline=None,
        phases=[Phase.generate],  # shrinking a failure would take hours
        suppress_health_check=list(HealthCheck),
    )
